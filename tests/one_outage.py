"""A plain scenario for tests: two arms, one baseline, one fault, one recovery.

Scenarios that ship may ask something else one day; what tests know of a scenario's parts does not
change with them.
"""

from pathlib import Path

from experiment.scenario import Scenario, load_scenario

FILE = Path(__file__).with_name("one-outage.toml")


def one_outage() -> Scenario:
    return load_scenario(FILE)
