"""Boundary tax: one no-op call between two processes, by ways that differ in one part each."""
