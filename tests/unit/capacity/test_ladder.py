"""The search for a limit, against stores whose limit is known."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiment.ladder import (
    Answer,
    Bracket,
    Ladder,
    expected_probes,
    ladder_of,
    next_step,
)
from experiment.search import Search, SizedRatio, SizedValues

AT = SizedValues(smoke=(1.0,), demo=(1.0,), full=(1.0,))


def every(ratio: float) -> SizedRatio:
    return SizedRatio(smoke=ratio, demo=ratio, full=ratio)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    lowest = draw(st.floats(0.1, 10))
    resolution = draw(st.floats(1.03, 1.5))
    return Search(
        kind=draw(st.sampled_from(["capacity", "demand"])),
        at=AT,
        lowest=lowest,
        highest=lowest * draw(st.floats(3, 200)),
        factor=draw(st.floats(1.5, 4)),
        resolution=every(resolution),
        reprobes=draw(st.integers(0, 3)),
    )


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    rungs = draw(st.integers(1, 60))
    return Ladder(
        rungs=tuple(float(rung) for rung in range(1, rungs + 1)),
        start=draw(st.integers(0, rungs - 1)),
        stride=draw(st.integers(1, 12)),
        reprobes=draw(st.integers(0, 3)),
    )


def hunt(ladder: Ladder, holds: Callable[[int], bool]) -> tuple[Bracket, list[Answer]]:
    answers: list[Answer] = []
    while not isinstance(step := next_step(ladder, answers), Bracket):
        assert 0 <= step < len(ladder.rungs)
        answers.append((step, holds(step)))
    return step, answers


@given(ladders(), st.data())
def test_the_bracket_of_a_store_that_never_contradicts_itself_holds_its_limit(
    ladder: Ladder, data: st.DataObject
) -> None:
    limit = data.draw(st.integers(0, len(ladder.rungs)))  # rungs below it hold
    bracket, _ = hunt(ladder, lambda rung: rung < limit)
    assert bracket.holds == (limit - 1 if limit > 0 else None)
    assert bracket.fails == (limit if limit < len(ladder.rungs) else None)


@given(searches(), st.floats(0, 1), st.floats(0, 1), st.data())
def test_the_bracket_holds_the_limit_in_the_units_of_the_search(
    search: Search, offset: float, start: float, data: st.DataObject
) -> None:
    limit = data.draw(st.floats(search.lowest / 2, search.highest * 2))
    ladder = ladder_of(
        search, "full", search.lowest + start * (search.highest - search.lowest), offset
    )
    is_load = search.kind == "capacity"
    bracket, _ = hunt(ladder, lambda r: (ladder.rungs[r] <= limit) is is_load)
    ends = [None if end is None else ladder.rungs[end] for end in (bracket.holds, bracket.fails)]
    low, high = ends if is_load else reversed(ends)
    assert low is None or low <= limit
    assert high is None or high >= limit
    if low is not None and high is not None:
        assert high / low <= search.resolution.full * 1.02


@given(searches(), st.floats(0, 1), st.floats(0, 1))
def test_all_rungs_lie_between_the_bounds_and_the_search_begins_near_its_start(
    search: Search, offset: float, place: float
) -> None:
    start = search.lowest * (search.highest / search.lowest) ** place
    ladder = ladder_of(search, "full", start, offset)
    assert min(ladder.rungs) == search.lowest
    assert max(ladder.rungs) == search.highest
    assert list(ladder.rungs) == sorted(ladder.rungs, reverse=search.kind == "demand")
    assert (
        1 / search.resolution.full
        <= ladder.rungs[ladder.start] / start
        <= search.resolution.full * 1.01
    )


@given(ladders(), st.integers(0, 2**32))
def test_a_store_that_answers_by_chance_ends_the_search_with_ends_that_never_wavered(
    ladder: Ladder, seed: int
) -> None:
    chance = random.Random(seed)
    bracket, answers = hunt(ladder, lambda _: chance.random() < 0.5)
    wanted = 1 + ladder.reprobes
    assert len(answers) <= wanted * len(ladder.rungs)
    for end, expected in ((bracket.holds, True), (bracket.fails, False)):
        if end is not None:
            assert [held for rung, held in answers if rung == end] == [expected] * wanted
    if bracket.holds is not None and bracket.fails is not None:
        assert bracket.holds < bracket.fails


def test_an_end_that_contradicts_itself_widens_the_bracket() -> None:
    ladder = Ladder(rungs=tuple(map(float, range(1, 17))), start=7, stride=4, reprobes=1)
    seen: list[int] = []

    def wavers_at_nine(rung: int) -> bool:
        seen.append(rung)
        return rung < 9 or (rung == 9 and seen.count(9) == 1)

    bracket, _ = hunt(ladder, wavers_at_nine)
    assert bracket == Bracket(holds=8, fails=10)
    assert seen.count(8) == 2


def test_a_store_that_fails_at_the_lowest_load_or_bears_the_highest_gets_no_number() -> None:
    ladder = Ladder(rungs=(1.0, 2.0, 4.0), start=1, stride=1, reprobes=1)
    assert hunt(ladder, lambda _: False)[0] == Bracket(holds=None, fails=0)
    assert hunt(ladder, lambda _: True)[0] == Bracket(holds=2, fails=None)


@given(ladders(), st.data())
def test_the_number_of_probes_grows_with_the_logarithm_of_a_stride(
    ladder: Ladder, data: st.DataObject
) -> None:
    limit = data.draw(st.integers(0, len(ladder.rungs)))
    _, answers = hunt(ladder, lambda rung: rung < limit)
    strides = -(-len(ladder.rungs) // ladder.stride) + 1
    assert len(answers) <= strides + ladder.stride.bit_length() + 2 * ladder.reprobes


@given(ladders(), st.data())
def test_a_search_that_was_interrupted_asks_what_it_would_have_asked(
    ladder: Ladder, data: st.DataObject
) -> None:
    limit = data.draw(st.integers(0, len(ladder.rungs)))
    bracket, answers = hunt(ladder, lambda rung: rung < limit)
    for known in range(len(answers)):
        assert next_step(ladder, answers[:known]) == answers[known][0]
    assert next_step(ladder, answers) == bracket


def test_an_answer_to_another_question_is_refused() -> None:
    ladder = Ladder(rungs=(1.0, 2.0, 4.0), start=1, stride=1, reprobes=0)
    with pytest.raises(ValueError, match="rung 2 was answered where 1 was asked"):
        next_step(ladder, [(2, True)])


def test_midpoints_of_dithered_searches_are_right_on_average() -> None:
    """With one fixed ladder all of them would err alike; the mean of many comes close instead."""
    search = Search(kind="capacity", at=AT, lowest=2, highest=200, resolution=every(1.5))
    chance, found = random.Random(1), []
    for _ in range(400):
        ladder = ladder_of(search, "full", 20, chance.random())
        bracket, _ = hunt(ladder, lambda rung, ladder=ladder: ladder.rungs[rung] <= 33.3)
        assert bracket.holds is not None
        assert bracket.fails is not None
        found.append((ladder.rungs[bracket.holds] * ladder.rungs[bracket.fails]) ** 0.5)
    assert len(set(found)) > 100
    assert sum(found) / len(found) == pytest.approx(33.3, rel=0.02)


def test_a_typical_search_takes_seven_to_ten_probes() -> None:
    search = Search(kind="capacity", at=AT, lowest=4, highest=128, resolution=every(1.1))
    assert 7 <= expected_probes(search, "full", 22) <= 10
