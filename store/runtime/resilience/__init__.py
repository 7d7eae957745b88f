"""Resilience: what stands between a process and what it depends on, a file for each policy."""
