"""Each check passes on the truth, and fails when the instrument errs by more than its limit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from exact_bench import ExactBench

from experiment.errors import RunError
from experiment.record import Gate
from testbed.selfcheck.check import Check
from testbed.selfcheck.checks import lindley, means, second_client, stall, starved
from testbed.selfcheck.finding import Finding
from testbed.selfcheck.queues import Queues
from testbed.selfcheck.theory import Times

COMPARING = [lindley.CHECK, means.ONE_SERVER, means.FOUR_SERVERS, stall.CHECK]
LATE = Gate(name="lateness", passed=False, says="it was late")


def outcomes(findings: Sequence[Finding]) -> list[str]:
    return [finding.outcome for finding in findings]


def late_by(seconds: float) -> ExactBench:
    return ExactBench(lambda queues: queues.responses_s() + seconds)


@pytest.mark.parametrize("check", COMPARING, ids=lambda check: check.name)
def test_an_exact_instrument_passes(check: Check) -> None:
    assert set(outcomes(check.run(ExactBench(), check.full_s))) == {"passed"}


@pytest.mark.parametrize("check", COMPARING, ids=lambda check: check.name)
def test_services_that_take_a_tenth_longer_are_noticed(check: Check) -> None:
    longer = ExactBench(lambda q: replace(q, services_s=1.1 * q.services_s).responses_s())
    assert "failed" in outcomes(check.run(longer, check.full_s))


@pytest.mark.parametrize(("late_s", "expected"), [(0.001, "passed"), (0.003, "failed")])
def test_three_milliseconds_of_lateness_are_too_many_for_lindley(
    late_s: float, expected: str
) -> None:
    assert outcomes(lindley.run(late_by(late_s), 20.0)) == [expected]


def test_the_means_have_standard_errors_well_below_their_limit() -> None:
    for check in (means.ONE_SERVER, means.FOUR_SERVERS):
        (finding,) = check.run(ExactBench(), check.full_s)
        assert 0 < finding.figures["standard_error"] < means.LIMIT / 3


def test_a_stall_of_two_seconds_does_not_pass_for_one_of_three() -> None:
    def two_seconds(queues: Queues) -> Times:
        services_s = np.where(queues.services_s > 1, 2.0, queues.services_s)
        return replace(queues, services_s=services_s).responses_s()

    assert outcomes(stall.run(ExactBench(two_seconds), 8.0)) == ["failed", "failed", "failed"]


def test_the_closed_loops_view_of_a_stall_fails() -> None:
    """Whoever waits for the slow answer before asking again reports one slow request."""
    closed = ExactBench(lambda q: np.where(q.services_s > 1, q.services_s, 0.001))
    assert outcomes(stall.run(closed, 8.0)) == ["failed", "failed", "passed"]


def test_a_void_measurement_is_repeated_twice_and_then_fails() -> None:
    bench = ExactBench(gates=(LATE,))
    with pytest.raises(RunError, match=r"void 3 times; the last time it was late"):
        lindley.run(bench, 2.0)
    assert bench.attempts == 3


def test_without_another_client_its_check_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (finding,) = second_client.run(ExactBench(), 2.0)
    assert finding.outcome == "skipped"
    assert finding.note == "neither hey nor wrk is installed"


@pytest.mark.parametrize(("gates", "expected"), [((LATE,), "passed"), ((), "failed")])
def test_a_starved_generator_has_to_void_its_run(gates: tuple[Gate, ...], expected: str) -> None:
    assert outcomes(starved.run(ExactBench(gates=gates), 2.0)) == [expected]


def test_what_hey_says_is_read_line_by_line() -> None:
    header = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status\n"
    lines = "".join(f"0.02{digit},0.0,0.0,0.0,0.0199,0.0,200,0.1\n" for digit in (1, 3, 2, 9))
    seen = second_client.read_hey(header + lines, seconds=2)
    assert (seen.median_s, seen.rate) == (pytest.approx(0.0225), 2.0)


def test_what_wrk_says_is_read_from_its_summary() -> None:
    output = (
        "Running 5s test @ http://127.0.0.1:1/\n  Latency Distribution\n"
        "     50%   20.41ms\n     75%   20.50ms\nRequests/sec:     97.51\n"
    )
    assert second_client.read_wrk(output, seconds=5) == second_client.Seen(0.02041, 97.51)


@pytest.mark.parametrize("read", [second_client.read_hey, second_client.read_wrk])
def test_a_client_that_measured_nothing_fails_its_check(read: object) -> None:
    with pytest.raises(RunError):
        read("unable to connect to 127.0.0.1:1\n", 5)  # type: ignore[operator]
