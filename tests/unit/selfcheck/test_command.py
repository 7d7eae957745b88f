from pathlib import Path

import pytest
from exact_bench import ExactBench

from experiment.errors import InputError, RunError
from testbed.selfcheck.bench import Bench
from testbed.selfcheck.check import Check
from testbed.selfcheck.command import findings_of, require_passed, selfcheck
from testbed.selfcheck.finding import Finding, compared
from testbed.selfcheck.table import show
from testbed.terminal import Terminal

PASSED = compared("M/D/1", "mean", measured=61.2, theory=60.0, limit=0.05, unit=" ms")
FAILED = compared("stall", "slope", measured=-0.9, theory=-1.0, limit=0.02, note="why")


def void(_bench: Bench, _seconds: float) -> list[Finding]:
    raise RunError("void 3 times; the last time it was late")


def test_a_failed_check_is_named_in_one_sentence() -> None:
    with pytest.raises(RunError) as raised:
        require_passed([PASSED, FAILED])
    assert str(raised.value) == (
        "The selfcheck failed: stall: slope is -0.9, theory says -1, -10.0% off; limit 2%."
    )
    assert raised.value.exit_code == 1


def test_a_check_that_cannot_be_made_has_failed_and_the_others_are_still_made() -> None:
    said: list[str] = []
    checks = [
        Check("broken", 1.0, 2.0, void),
        Check("long", None, 60.0, void),
        Check("fine", 1.0, 2.0, lambda *_: [PASSED]),
    ]
    findings = findings_of(ExactBench(), "quick", checks, said.append)
    assert [finding.outcome for finding in findings] == ["failed", "skipped", "passed"]
    assert said == ["1 of 3: broken, 1 s of load", "3 of 3: fine, 1 s of load"]
    with pytest.raises(RunError, match=r"failed: broken: void 3 times; .* late\.$"):
        require_passed(findings)


def test_without_a_terminal_each_quantity_is_one_line() -> None:
    console = Terminal(width=40)
    with console.capture() as captured:
        show(console, [PASSED, FAILED])
    assert captured.get().splitlines() == [
        "passed  M/D/1: mean is 61.2 ms, theory says 60 ms, +2.0% off; limit 5%",
        "failed  stall: slope is -0.9, theory says -1, -10.0% off; limit 2% (why)",
    ]


def test_on_a_terminal_there_is_a_table() -> None:
    console = Terminal(width=120, force_terminal=True, color_system=None)
    with console.capture() as captured:
        show(console, [PASSED, FAILED])
    head, first, _ = captured.get().splitlines()
    assert head.split()[:2] == ["Check", "Quantity"]
    assert first.split() == ["M/D/1", "mean", "61.2", "ms", "60", "ms", "+2.0%", "5%", "passed"]


def test_a_place_that_cannot_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        selfcheck(Terminal(), "quick", tmp_path / "missing" / "selfcheck.json")
