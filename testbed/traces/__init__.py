"""From an access log to a trace: when journeys arrived at a shop that is in use."""
