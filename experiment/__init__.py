"""What an experiment is, on paper: the scenario, the plan, and the record of a run.

The load generator, the test bed and the analysis meet here and nowhere else. Nothing in this
package runs anything.
"""
