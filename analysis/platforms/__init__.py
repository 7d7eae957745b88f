"""One scenario on several platforms, side by side."""
