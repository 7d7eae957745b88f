"""How many instances a role should have: pure decisions, taken alike on a machine and in a model."""
