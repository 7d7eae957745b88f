"""Faults as data: what a scenario may plan, a file for each place where they act."""
