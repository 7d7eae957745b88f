"""How a run is judged: reads its raw rows, runs nothing.

Validity, metrics, statistics, verdict, figures and the report, each in a file of its own.
"""
