"""Payments: charges at the outside provider, and the record of them."""
