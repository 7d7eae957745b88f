"""Faults of a scenario: one short file each. ``docs/adding-a-fault.md`` says how to add one."""
