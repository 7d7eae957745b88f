"""Judges and draws a search for capacity or demand."""
