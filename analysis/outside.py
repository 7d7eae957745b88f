"""What stands beside the store in a trial."""

OUTSIDE = ("generator", "payment-provider", "network-proxy")
"""Roles that drive the store or stand for another party; their resources are not the store's."""
