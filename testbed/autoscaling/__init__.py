"""Lets the numbers of a running store's instances follow its load, as a cluster would."""
