"""Impacts of incidents whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.recovery.clients import Bools
from analysis.recovery.impact import LEAD_S, impacts_of
from analysis.recovery.losses import Lost
from tests.unit.recovery.made_rows import (
    BASELINE,
    INJECTED_S,
    LIFTING_S,
    RATE,
    SLO,
    TOOK_S,
    UNTIL_S,
    impact,
    incident,
    rows,
    times,
)


def between(start_s: float, end_s: float) -> Bools:
    at_s = times()
    return (at_s >= start_s) & (at_s < end_s)


def every(n: int) -> Bools:
    return np.arange(len(times())) % n == 0


def test_a_total_loss_that_ends_after_the_roll_back_is_told_to_the_tenth_of_a_second() -> None:
    found = impact(rows(between(INJECTED_S, LIFTING_S + 3.0)))

    assert found.felt_after_s == pytest.approx(0.5 / RATE + TOOK_S)
    assert found.recovered_after_s == pytest.approx(3.0, abs=0.1)
    assert found.own.beyond == pytest.approx(1300, abs=10)
    assert found.after.beyond == pytest.approx(300, abs=10)
    assert found.journeys.beyond == pytest.approx(1300, abs=10)
    assert found.lost_share == pytest.approx(1300 / (RATE * (UNTIL_S - INJECTED_S)), abs=0.01)


def test_a_total_loss_burns_a_minute_of_budget_for_each_minute_times_the_allowed_share() -> None:
    found = impact(rows(between(INJECTED_S, LIFTING_S)))

    assert found.budget_minutes == pytest.approx(10 / 60 / (1 - SLO))


def test_a_loss_as_large_as_the_objective_allows_burns_the_budget_of_its_time() -> None:
    found = impact(rows(every(100)))

    assert found.recovered_after_s == 0
    assert found.budget_minutes == pytest.approx(10 / 60)


def test_a_triangle_of_bad_requests_is_lost_by_its_area_but_for_what_chance_explains() -> None:
    at_s = times()
    slope = np.clip(1 - (at_s - LIFTING_S) / 8, 0, 1)
    share = np.where((at_s >= INJECTED_S) & (at_s < LIFTING_S), 0.0, slope * (at_s >= LIFTING_S))
    bad = np.diff(np.floor(np.cumsum(share)), prepend=0.0) > 0
    found = impact(rows(bad))

    assert bad.sum() == pytest.approx(RATE * 8 / 2, abs=1)
    assert bad.sum() - 10 < found.after.beyond <= bad.sum()
    assert found.recovered_after_s is not None
    assert 6 < found.recovered_after_s < 8


def test_a_slow_drain_that_never_ends_has_not_recovered() -> None:
    found = impact(rows(between(INJECTED_S, LIFTING_S) | (every(20) & between(LIFTING_S, UNTIL_S))))

    assert found.recovered_after_s is None
    assert found.watched_s == UNTIL_S - LIFTING_S
    assert found.after.beyond == pytest.approx(RATE * 30 / 20)


def test_a_relapse_puts_the_recovery_off() -> None:
    relapse = between(LIFTING_S + 10, LIFTING_S + 11)
    found = impact(rows(between(INJECTED_S, LIFTING_S) | relapse))

    assert found.recovered_after_s == pytest.approx(11, abs=0.1)


def test_a_follow_up_shorter_than_the_window_tells_no_recovery() -> None:
    short = incident(until_s=LIFTING_S + 1.9)
    (found,) = impacts_of(rows(between(INJECTED_S, LIFTING_S)), [short], [BASELINE], SLO)

    assert found.recovered_after_s is None


def test_what_goes_wrong_without_a_fault_is_not_booked_on_it() -> None:
    found = impact(rows(every(200)))

    assert found.felt_after_s is None
    assert found.recovered_after_s == 0
    assert found.lost == pytest.approx(0, abs=1)


def test_a_store_that_is_worse_than_the_objective_at_rest_never_recovers_to_it() -> None:
    assert impact(rows(every(10))).recovered_after_s is None


def test_a_request_under_way_when_the_fault_begins_is_lost_by_it() -> None:
    frame = rows(between(INJECTED_S - 0.5, LIFTING_S), took_s=1.0)
    found = impact(frame)

    assert found.own == Lost(1050 + 50, 1050, 0.0)
    assert found.felt_after_s == pytest.approx(0.5 + 0.5 / RATE)


def test_own_and_other_features_are_told_apart() -> None:
    frame = rows(between(INJECTED_S, LIFTING_S), features=("search", "cart", "catalog", "checkout"))
    found = impact(frame, target="orders to payments")

    assert found.own.bad == 250
    assert found.others.bad == 750


def test_a_journey_is_lost_once_however_many_of_its_steps_are() -> None:
    found = impact(rows(between(INJECTED_S, LIFTING_S), steps=4))

    assert found.journeys.bad == 250


def test_the_largest_backlog_is_what_piles_up() -> None:
    frame = rows(between(INJECTED_S, LIFTING_S))
    held = frame["due_s"].between(INJECTED_S, LIFTING_S, inclusive="left")
    frame.loc[held, "ended_s"] = LIFTING_S
    found = impact(frame)

    assert found.backlog == 1000
    assert found.backlog_at_rest <= 2


def test_without_a_request_at_rest_there_is_nothing_to_tell() -> None:
    assert impacts_of(rows(every(2)), [incident()], [], SLO) == []


def test_an_objective_without_a_budget_burns_none() -> None:
    (found,) = impacts_of(rows(every(100)), [incident()], [BASELINE], 1.0)

    assert found.budget_minutes is None


noise = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).random(len(times())))


@given(noise, st.floats(0, 1), st.floats(0, 0.1))
def test_nothing_is_lost_less_than_not_at_all(
    drawn: np.ndarray, in_fault: float, at_rest: float
) -> None:
    share = np.where(between(INJECTED_S, LIFTING_S), in_fault, at_rest)
    found = impact(rows(drawn < share))

    assert found.felt_after_s is None or found.felt_after_s >= 0
    for lost in (found.own, found.others, found.journeys, found.after):
        assert 0 <= lost.beyond <= lost.bad <= lost.n
    assert 0 <= found.lost_share <= 1
    assert found.recovered_after_s is None or 0 <= found.recovered_after_s <= found.watched_s


@given(noise, st.floats(0, 0.2), st.integers(-64, 64).map(lambda eighths: eighths / 8))
def test_an_impact_does_not_depend_on_when_the_clock_was_started(
    drawn: np.ndarray, share: float, shift_s: float
) -> None:
    bad = between(INJECTED_S, LIFTING_S + 2) | (drawn < share)

    def numbers(frame: pd.DataFrame, shift_s: float) -> tuple[float | None, ...]:
        found = impact(frame, shift_s=shift_s)
        return found.recovered_after_s, found.lost, found.journeys.beyond, found.budget_minutes

    assert numbers(rows(bad, shift_s=shift_s), shift_s) == pytest.approx(
        numbers(rows(bad), 0.0), abs=0.02
    )


def test_the_second_by_second_course_starts_before_the_fault_and_ends_with_the_follow_up() -> None:
    bad = between(INJECTED_S, LIFTING_S)
    short = incident(until_s=LIFTING_S + 4.5)
    (found,) = impacts_of(rows(bad), [short], [BASELINE], SLO)

    assert found.good_share.tolist() == [1.0] * LEAD_S + [0.0] * 10 + [1.0] * 4
