"""No number of a scenario may be one that nothing could be measured with."""

import math
import os
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from experiment.errors import InputError
from experiment.scenario import Scenario, load_scenario
from experiment.store import NEWCOMERS, Sample
from experiment.toml_file import validated
from store.sample import generate as sample
from testbed import scenarios
from tests.one_outage import FILE as OUTAGE

NAMES = ("blast-radius", "capacity", "spike-budgets", "slow-dependency", "retry-storm")
"""Together they have every part of a scenario."""

Place = tuple[str | int, ...]


def _values(name: str) -> dict[str, Any]:
    return _read(scenarios.FOLDER / f"{name}.toml")


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _numbers(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where the numbers are in nested values."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(inner, (*place, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place


def _with(values: dict[str, Any], place: Place, number: object) -> dict[str, Any]:
    changed = deepcopy(values)
    inside: Any = changed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = number
    return changed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [math.inf, math.nan, True, "1", 1e300, 10**400, -1])
def test_every_number_of_a_scenario_has_to_be_one(name: str, number: object) -> None:
    values = _values(name)
    places = list(_numbers(values))
    assert len(places) > 15
    for place in places:
        with pytest.raises(ValidationError):
            validated(Scenario, _with(values, place, number))


def _written(folder: Path, old: str, new: str) -> Path:
    text = OUTAGE.read_text(encoding="utf-8")
    assert old in text
    file = folder / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


LATE_SPIKE = """kind = "spike"
at_s = 900
rise_s = 1
hold_s = 1
fall_s = 1
height = 2
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rate = 20.0", "rate = 1e9", "a schedule holds 3,000,000 at most"),
        ("rate = 20.0", "rate = true", "load.rate: Input should be a valid number"),
        ("full = 12 }\nfaults", "full = 1e-9 }\nfaults", "phases.2.seconds.full"),
        ("full = 12 }\nfaults", "full = 86400 }\nfaults", "a load lasts a day at most"),
        ("memory_mb = 4096", "memory_mb = 1", "budget.memory_mb"),
        ("[budget]", f"huge = 0x{'f' * 4000}\n[budget]", "an integer has more than 64 bits"),
        ("[budget]", f"deep = {'[' * 3000}{']' * 3000}\n[budget]", "nested too deeply"),
        ("[budget]", f"deep = {'[' * 400}{']' * 400}\n[budget]", "nested too deeply"),
        (
            "[budget]",
            f"[load.shape]\n{LATE_SPIKE}[budget]",
            "load.shape still changes at 900 s; the load ends at",
        ),
        (
            "[budget]",
            '[load.shape]\nkind = "steps"\nfactors = [1, 2, 3]\nstep_s = 400\n[budget]',
            "load.shape still changes at 800 s; the load ends at",
        ),
        (
            "[budget]",
            '[load.shape]\nkind = "diurnal"\nlow = 1\nhigh = 2\nperiod_s = 1e-6\n[budget]',
            "load.shape.diurnal.period_s",
        ),
    ],
)
def test_what_could_not_be_measured_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _written(tmp_path, old, new)
    with pytest.raises(InputError) as raised:
        scenarios.find("mine.toml")
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_load_has_a_journey(tmp_path: Path) -> None:
    values = _read(OUTAGE)
    values["load"]["mix"] = {}
    with pytest.raises(ValidationError, match="mix"):
        validated(Scenario, values)


def test_a_scenario_has_at_most_two_hundred_phases() -> None:
    values = _read(OUTAGE)
    last = values["phases"][-1]
    values["phases"] += [{**last, "name": f"more-{number}"} for number in range(5_000)]
    with pytest.raises(ValidationError, match="phases"):
        validated(Scenario, values)


def test_the_highest_rate_of_a_search_is_bounded_too(tmp_path: Path) -> None:
    text = (scenarios.FOLDER / "capacity.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("highest = 160.0", "highest = 1e8"), encoding="utf-8")
    with pytest.raises(InputError, match="a schedule holds"):
        scenarios.find(str(file))


@pytest.mark.parametrize("what", ["pipe", "device", "folder", "long"])
def test_a_scenario_and_a_trace_are_regular_files_of_a_sane_size(tmp_path: Path, what: str) -> None:
    odd = tmp_path / "odd.toml"
    if what == "pipe":
        os.mkfifo(odd)
    elif what == "device":
        odd.symlink_to("/dev/zero")
    elif what == "folder":
        odd.mkdir()
    else:
        with odd.open("wb") as file:
            file.truncate(2**31)
    refusal = "at most .* are read" if what == "long" else "is not a regular file"
    with pytest.raises(InputError, match=f"The scenario file .*odd.toml.* {refusal}"):
        load_scenario(odd)
    trace = '[load.shape]\nkind = "trace"\nfile = "odd.toml"\n[budget]'
    text = OUTAGE.read_text(encoding="utf-8").replace("[budget]", trace)
    head, _, rest = text.partition("[load]")
    file = tmp_path / "mine.toml"
    kept = [line for line in rest.splitlines() if not line.startswith(("rate", "mix", "arrivals"))]
    file.write_text("\n".join([head, "[load]", *kept]), encoding="utf-8")
    with pytest.raises(InputError, match=f"The trace .*odd.toml.* {refusal}"):
        load_scenario(file)


@pytest.mark.parametrize("products", [20, 100, 199, 200, 201, 299, 300])
def test_as_many_ratings_as_a_sample_may_have_can_be_made(products: int) -> None:
    most = Sample.with_products(products).most_ratings
    made = sample.generate(products=products, customers=1_000, ratings=most)
    assert len(made.ratings.stars) == most
    with pytest.raises(ValueError, match="too many"):
        sample.generate(products=products, customers=1_000, ratings=most + 1)
    with pytest.raises(ValidationError, match="at most"):
        Sample(products=products, customers=1_000, ratings=most + 1)
    assert sample.NEWCOMER_SHARE == NEWCOMERS


def test_a_small_store_has_fewer_ratings_and_a_usual_one_as_many_as_ever() -> None:
    assert Sample.with_products(20).ratings == 5_000
    assert Sample.with_products(2_000) == Sample()
