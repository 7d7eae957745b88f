import itertools
import re
from pathlib import Path

import pytest

from experiment.errors import InputError
from experiment.scenario import load_scenario
from testbed import scenarios
from tests.one_outage import FILE as OUTAGE
from tests.one_outage import one_outage

CAPACITY = scenarios.FOLDER / "capacity.toml"
STEPS = """[load.shape]
kind = "steps"
factors = [1.0, 2.0]
step_s = 1.0"""


def _changed(folder: Path, old: str, new: str, of: Path = OUTAGE) -> Path:
    text = of.read_text(encoding="utf-8")
    assert old in text
    file = folder / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", scenarios.names())
def test_scenarios_that_ship_are_valid_and_named_after_their_file(name: str) -> None:
    assert scenarios.find(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rate = 20.0", "rte = 30.0", "load.rate: this key is missing"),
        ("rate = 20.0", "rate = 20.0\ncolour = 1", "load.colour: this key is not known"),
        ("rate = 20.0", "rate = -1", "load.rate: Input should be greater than 0"),
        ("full = 12 }\nfaults", "full = -12 }\nfaults", "phases.2.seconds.full"),
        ('phase = "outage"', 'phase = "outrage"', "the metric's phase 'outrage' is none of"),
        ('role = "recommendations"', 'role = "reccomendations"', "phases.2.faults.0.role"),
        ('name = "baseline"', 'name = "warm-up"', "two phases have the same name"),
        ("lower in microservices", "lower in both", "names none of ['monolith', 'microservices']"),
        ("lower in microservices", "better", "primary.expectation"),
        ("seed = 20", "seed = ", "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_what_and_where(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(InputError) as raised:
        load_scenario(_changed(tmp_path, old, new))
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('metric = "capacity"', 'metric = "memory_mb"', "has primary.metric = 'capacity'"),
        (
            "[search]",
            '[load.shape]\nkind = "steps"\nfactors = [2]\nstep_s = 1\n[search]',
            "one rate",
        ),
        ('"microservices"\n\n[budget]', '"microservices"\nloop = "closed"\n[budget]', "open loops"),
        ("highest = 160.0", "highest = 6.0", "highest must be at least lowest times"),
        ("highest = 160.0", "highest = 1.0", "lowest, .*, is above highest, 1"),
        ("full = [1.0]", "full = [0.05]", "no less than 0.1 CPUs can be enforced"),
    ],
)
def test_what_a_search_cannot_do_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        load_scenario(_changed(tmp_path, old, new, of=CAPACITY))


ARMS = """[[arms]]
name = "third"
architecture = "microservices"

[budget]"""
BETWEEN = 'between = ["monolith", "{}"]\nexpectation = "lower in {}"\nsays'


@pytest.mark.parametrize(
    ("between", "expected", "sentence"),
    [
        (None, "", "between: .* must name two of"),
        ("fourth", "third", "between: .* must be two of"),
        ("monolith", "monolith", "between: .* must be two of"),
        ("third", "fourth", "names none of"),
    ],
)
def test_among_three_arms_each_metric_names_two(
    tmp_path: Path, between: str | None, expected: str, sentence: str
) -> None:
    text = OUTAGE.read_text(encoding="utf-8").replace("[budget]", ARMS)
    head, primary = text.split("[primary]")
    primary = primary.split("[[secondary]]")[0]
    if between is not None:
        primary = re.sub(r"expectation = .*\nsays", BETWEEN.format(between, expected), primary)
    file = tmp_path / "mine.toml"
    file.write_text(f"{head}[primary]{primary}", encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        load_scenario(file)


def test_a_fault_that_begins_after_its_phase_in_a_shorter_profile_is_refused(
    tmp_path: Path,
) -> None:
    fault = '{ kind = "outage", role = "recommendations"'
    with pytest.raises(InputError, match="outage would begin after its phase ends in smoke"):
        load_scenario(_changed(tmp_path, fault, f"{fault}, after_s = 5"))


@pytest.mark.parametrize(
    ("name", "asking"),
    [
        ("footprint", "watch_footprint"),
        ("work-per-request", "marginal_cpu_ms_per_request"),
    ],
)
def test_what_looks_at_a_baseline_needs_one(tmp_path: Path, name: str, asking: str) -> None:
    of = scenarios.FOLDER / f"{name}.toml"
    with pytest.raises(InputError, match=f"{asking} needs a phase of kind baseline"):
        load_scenario(_changed(tmp_path, 'kind = "baseline"', 'kind = "warm-up"', of))


def test_an_arm_less_is_refused(tmp_path: Path) -> None:
    arm = '[[arms]]\nname = "microservices"\narchitecture = "microservices"\n'
    with pytest.raises(InputError, match="arms"):
        load_scenario(_changed(tmp_path, arm, ""))


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean outage-one-service"):
        scenarios.find("outage-one-servce")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scenario file"):
        scenarios.find(str(tmp_path / "none.toml"))


def test_windows_follow_each_other_without_gaps() -> None:
    scenario = one_outage()
    windows = list(scenario.windows("full").values())
    assert windows[0][0] == 0.0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(windows))
    assert windows[-1][1] == scenario.duration_s("full")


def test_users_of_a_closed_arm_stay_in_one_worker_each(tmp_path: Path) -> None:
    text = (scenarios.FOLDER / "closed-vs-open.toml").read_text(encoding="utf-8")
    file = tmp_path / "closed-vs-open.toml"
    file.write_text(text.replace("[load]", "[load]\nworkers = 3"), encoding="utf-8")
    with pytest.raises(InputError, match="users of a closed arm must be a multiple of workers"):
        load_scenario(file)
