"""The machine under a platform: its cores, control groups and processes."""
