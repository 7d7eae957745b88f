"""Where scenarios are found: those that ship with the project, and files of the user's own."""

import difflib
from pathlib import Path

import loadtests
from experiment.errors import InputError
from experiment.scenario import Scenario, load_scenario
from loadtests.schedule import require_schedulable

FOLDER = Path(loadtests.__file__).parent / "scenarios"


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def find(name: str) -> Scenario:
    """The scenario of that name, or the one in that TOML file. Raises InputError."""
    scenario = load_scenario(_file_of(name))
    require_schedulable(scenario)
    return scenario


def _file_of(name: str) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(names())}."
        raise InputError(f"There is no scenario {name!r}{hint}")
    return FOLDER / f"{name}.toml"
