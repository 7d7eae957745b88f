"""How an experiment is run: platforms, faults, telemetry, trials, and the command line."""
