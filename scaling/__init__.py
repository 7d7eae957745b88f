"""How many instances a role should have: pure decisions, alike on a machine and in a model."""
