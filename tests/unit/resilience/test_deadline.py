import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.runtime.resilience import deadline

NOW = 1_700_000_000.0
times = st.floats(NOW - 100, NOW + 100).map(lambda at: round(at, 3))
headers = st.one_of(st.none(), times.map(str), st.sampled_from(["", "soon", "-1", "1e9", "nan"]))


@pytest.fixture(autouse=True)
def _no_deadline() -> Iterator[None]:
    yield
    deadline.begin(None)


def test_a_request_has_its_time_from_when_the_edge_took_it() -> None:
    assert deadline.earliest(None, f"t={NOW - 2}", 5.0, NOW) == NOW + 3


def test_a_request_without_a_start_has_its_time_from_now() -> None:
    assert deadline.earliest(None, None, 5.0, NOW) == NOW + 5


def test_a_caller_can_leave_less_time_but_never_more() -> None:
    assert deadline.earliest(str(NOW + 1), None, 5.0, NOW) == NOW + 1
    assert deadline.earliest(str(NOW + 99), None, 5.0, NOW) == NOW + 5


def test_a_start_that_lies_ahead_gains_nothing() -> None:
    assert deadline.earliest(None, f"t={NOW + 50}", 5.0, NOW) == NOW + 5


@given(headers, headers, st.floats(0.1, 30))
def test_whatever_the_headers_say_nobody_gets_more_than_a_whole_request(
    told: str | None, started: str | None, request_s: float
) -> None:
    assert deadline.earliest(told, started, request_s, NOW) <= NOW + request_s


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0.01, 10)), min_size=1, max_size=8))
def test_from_process_to_process_a_deadline_only_comes_closer(
    hops: list[tuple[float, float]],
) -> None:
    """Each hop takes some time and lets its callee have so much."""
    now, at = NOW, NOW + 5.0
    for took_s, allowed_s in hops:
        now += took_s
        told = f"{min(at, now + allowed_s):.6f}"
        received = deadline.earliest(told, None, 5.0, now)
        assert received <= at + 1e-6  # the header has so many decimals
        at = received


def test_what_is_left_shrinks_and_its_end_is_an_error() -> None:
    deadline.begin(time.time() + 10)
    first = deadline.left_s()
    second = deadline.left_s()
    assert first is not None
    assert second is not None
    assert 9 < second <= first <= 10
    deadline.check()
    deadline.begin(time.time() - 1)
    with pytest.raises(deadline.DeadlineExceeded):
        deadline.check()


def test_without_a_deadline_there_is_always_time() -> None:
    assert deadline.left_s() is None
    deadline.check()


def test_what_must_be_finished_knows_no_deadline() -> None:
    deadline.begin(time.time() - 1)
    with deadline.lifted():
        deadline.check()
    assert deadline.is_up()


def test_a_call_tells_by_when_it_has_to_be_answered() -> None:
    told = float(deadline.header(2.0)[deadline.HEADER])
    assert told == pytest.approx(time.time() + 2, abs=0.5)
