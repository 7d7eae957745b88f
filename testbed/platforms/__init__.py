"""Where and how a store runs; one folder per platform."""
