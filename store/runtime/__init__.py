"""The small runtime that every Flask process of either architecture needs."""
