import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from store.runtime.policies import PATIENCE_S, Policies
from store.runtime.resilience import deadline
from store.runtime.resilience.failures import CallFailed, NotAsked, Rejected
from store.runtime.resilience.guard import Guard, Kind, Protection
from store.runtime.resilience.limits import Limits
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Counters, Telemetry


class Peer:
    """Answers as told, attempt by attempt; time passes on its own clock."""

    def __init__(self, **policies: Any) -> None:
        self.now, self.slept = 1000.0, list[float]()
        self.outcomes: list[Exception | str] = []
        self.took_s = 0.0
        self.given_s: list[float] = []
        self.telemetry = Telemetry(None)
        self.protection = Protection(
            Policies(**policies),
            self.telemetry,
            StateChanges(None),
            clock=lambda: self.now,
            sleep=self._sleep,
        )

    def guard(self, kind: Kind = "peer", **limits: Any) -> Guard:
        return Guard("catalog", Limits(**limits), self.protection, kind)

    def send(self, until: float) -> str:
        self.given_s.append(until - self.now)
        self.now += self.took_s
        outcome = self.outcomes.pop(0) if self.outcomes else "answer"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def counted(self) -> Counters:
        return self.telemetry.counters

    def _sleep(self, pause_s: float) -> None:
        self.slept.append(pause_s)
        self.now += pause_s


BROKEN = CallFailed("catalog", "status 500")
GONE = NotAsked("catalog", "no instance")


@pytest.fixture(autouse=True)
def _no_deadline() -> Iterator[None]:
    yield
    deadline.begin(None)


def failure_of(call: Callable[[], object]) -> CallFailed:
    with pytest.raises(CallFailed) as raised:
        call()
    return raised.value


def test_a_call_gets_the_time_of_its_limit() -> None:
    peer = Peer()
    peer.guard(deadline_s=2.0).call(peer.send, is_repeatable=True)
    assert peer.given_s == [2.0]


def test_without_deadlines_a_call_may_take_longer_than_any_client_waits() -> None:
    peer = Peer(deadline="off")
    peer.guard(deadline_s=2.0).call(peer.send, is_repeatable=True)
    assert peer.given_s == [PATIENCE_S]


def test_a_call_gets_no_more_than_its_request_has_left() -> None:
    peer = Peer(deadline="propagated")
    deadline.begin(time.time() + 0.5)
    peer.guard(deadline_s=2.0).call(peer.send, is_repeatable=True)
    assert 0.3 < peer.given_s[0] <= 0.5


def test_a_peer_is_not_asked_for_a_request_whose_time_is_up() -> None:
    peer = Peer(deadline="propagated")
    deadline.begin(time.time() - 1)
    failure = failure_of(lambda: peer.guard().call(peer.send, is_repeatable=True))
    assert isinstance(failure, NotAsked)
    assert (peer.given_s, peer.counted.deadline_exceeded) == ([], 1)


def test_a_peer_is_not_blamed_for_the_little_time_it_was_given() -> None:
    peer = Peer(deadline="propagated")
    peer.took_s, peer.outcomes = 1.0, [CallFailed("catalog", "ReadTimeoutError")] * 3
    guard = peer.guard(breaker_failures=2)
    for _ in range(3):
        deadline.begin(time.time() + 0.001)
        failure_of(lambda: guard.call(peer.send, is_repeatable=True))
    deadline.begin(None)
    assert guard.call(peer.send, is_repeatable=True) == "answer"


@pytest.mark.parametrize("mode", ["naive", "budgeted"])
def test_a_call_that_failed_once_is_made_again(mode: str) -> None:
    peer = Peer(retry=mode)
    peer.outcomes = [BROKEN]
    assert peer.guard().call(peer.send, is_repeatable=True) == "answer"
    assert (peer.counted.calls, peer.counted.attempts) == (1, 2)


def test_without_retries_the_first_failure_is_the_last() -> None:
    peer = Peer()
    peer.outcomes = [BROKEN]
    assert failure_of(lambda: peer.guard().call(peer.send, is_repeatable=True)) is BROKEN
    assert peer.counted.attempts == 1


def test_what_must_not_happen_twice_is_repeated_only_if_it_was_never_sent() -> None:
    peer = Peer(retry="naive")
    peer.outcomes = [GONE, BROKEN, "too late"]
    assert failure_of(lambda: peer.guard().call(peer.send, is_repeatable=False)) is BROKEN
    assert peer.outcomes == ["too late"]


def test_the_failure_that_may_have_had_an_effect_outlives_later_ones() -> None:
    peer = Peer(retry="naive")
    peer.outcomes = [BROKEN, GONE, GONE, GONE]
    assert failure_of(lambda: peer.guard().call(peer.send, is_repeatable=True)) is BROKEN


def test_naive_attempts_each_have_the_whole_time_of_a_call() -> None:
    peer = Peer(retry="naive")
    peer.took_s, peer.outcomes = 2.0, [BROKEN] * 4
    failure_of(lambda: peer.guard(deadline_s=2.0).call(peer.send, is_repeatable=True))
    assert peer.given_s == [2.0] * 4


def test_budgeted_attempts_share_the_time_of_the_call() -> None:
    peer = Peer(retry="budgeted")  # pauses of 25 ms at most, after which 75 ms are left
    peer.took_s, peer.outcomes = 0.9, [BROKEN] * 4
    failure_of(lambda: peer.guard(deadline_s=1.0).call(peer.send, is_repeatable=True))
    assert peer.given_s[0] == 1.0
    assert 0 < peer.given_s[1] <= 0.1 + 1e-9
    assert len(peer.given_s) == 2


def test_an_open_circuit_ends_the_retries() -> None:
    peer = Peer(retry="naive")
    peer.outcomes = [BROKEN] * 9
    guard = peer.guard(breaker_failures=2)
    assert failure_of(lambda: guard.call(peer.send, is_repeatable=True)) is BROKEN
    assert isinstance(failure_of(lambda: guard.call(peer.send, is_repeatable=True)), Rejected)
    counted = peer.counted
    assert (counted.attempts, counted.rejected, counted.breaker_openings) == (2, 2, 1)


@pytest.mark.parametrize(
    ("reach", "kind", "spared"),
    [
        ("off", "peer", False),
        ("off", "outside", False),
        ("peers", "peer", True),
        ("peers", "outside", False),
        ("all", "peer", True),
        ("all", "outside", True),
    ],
)
def test_breakers_and_bulkheads_are_where_their_policy_says(
    reach: str, kind: Kind, *, spared: bool
) -> None:
    peer = Peer(breaker=reach, bulkhead=reach)
    peer.outcomes = [BROKEN]
    guard = peer.guard(kind, breaker_failures=1)
    failure_of(lambda: guard.call(peer.send, is_repeatable=True))
    if spared:
        failure_of(lambda: guard.call(peer.send, is_repeatable=True))
    else:
        assert guard.call(peer.send, is_repeatable=True) == "answer"
    narrow = peer.guard(kind, max_concurrent=1)

    def nested(_: float) -> str:
        return narrow.call(peer.send, is_repeatable=True)

    if spared:
        assert failure_of(lambda: narrow.call(nested, is_repeatable=True)).reason == (
            "too many calls at once"
        )
    else:
        assert narrow.call(nested, is_repeatable=True) == "answer"
