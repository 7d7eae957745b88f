"""The register names every run that was ever published, and its page is what the runs give."""

import shutil
from pathlib import Path

import pytest

from analysis.register import PAGE, REFERENCE, REGISTER, page_of, read_register
from experiment.errors import InputError
from experiment.facts import question_of
from experiment.record import RunFolder
from experiment.scenario import Scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the register reads of the project."""
    (tmp_path / REGISTER).parent.mkdir(parents=True)
    shutil.copy(ROOT / REGISTER, tmp_path / REGISTER)
    for plan in (ROOT / REFERENCE).glob("*/*/plan.json"):
        run = tmp_path / plan.parent.relative_to(ROOT)
        (run / "report").mkdir(parents=True)
        shutil.copy(plan, run)
        shutil.copy(plan.parent / "report" / "summary.json", run / "report")
    return tmp_path


def test_the_page_is_what_the_runs_and_the_register_give() -> None:
    assert page_of(read_register(ROOT), ROOT) == (ROOT / PAGE).read_text(encoding="utf-8")


def test_a_run_that_goes_without_a_word_is_missed(copy: Path) -> None:
    shutil.rmtree(next((copy / REFERENCE).glob("footprint/*")))

    with pytest.raises(InputError, match="not there; say when it went, and why"):
        page_of(read_register(copy), copy)


def test_a_run_that_nobody_entered_is_missed(copy: Path) -> None:
    old = next((copy / REFERENCE).glob("footprint/*"))
    shutil.copytree(old, old.with_name("20270101-000000-0000"))

    with pytest.raises(InputError, match="20270101-000000-0000 is not in the register"):
        page_of(read_register(copy), copy)


def question(**changes: object) -> str:
    plan = RunFolder(next((ROOT / REFERENCE).glob("consistency/*"))).read_plan()
    members = plan.scenario.model_dump() | changes
    return question_of(plan.model_copy(update={"scenario": Scenario.model_validate(members)}))


def test_words_seeds_and_blocks_leave_a_question_what_it_is() -> None:
    plain = question()

    assert question(seed=7, title="Another", question="Why?", blocks={"full": 30}) == plain
    assert question(watch_footprint=False) == plain
    assert question(slo={"latency_ms": 501, "good_share": 0.99}) != plain
