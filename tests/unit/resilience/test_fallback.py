from typing import Any

import pytest

from store.runtime.policies import Policies
from store.runtime.resilience.fallback import Fallback, Part
from store.runtime.resilience.last_good import LastGood
from store.runtime.telemetry import Telemetry


def fallback(**policies: Any) -> Fallback[str]:
    return Fallback(Policies(**policies), Telemetry(None))


def broken() -> str:
    raise LookupError


def test_a_part_that_is_there_is_not_degraded() -> None:
    assert fallback().part(7, lambda: "fresh", LookupError) == Part("fresh")


def test_a_part_that_fails_is_left_out_and_counted() -> None:
    optional = fallback()
    assert optional.part(7, broken, LookupError) == Part(None, is_degraded=True)
    assert optional._telemetry.counters.fallbacks == 1


def test_without_the_policy_the_failure_goes_on() -> None:
    with pytest.raises(LookupError):
        fallback(fallback=False).part(7, broken, LookupError)


def test_a_failure_of_another_kind_is_nobodys_excuse() -> None:
    with pytest.raises(LookupError):
        fallback().part(7, broken, OSError)


@pytest.mark.parametrize("and_leaves_out", [True, False])
def test_a_part_that_fails_is_shown_as_it_was(*, and_leaves_out: bool) -> None:
    optional = fallback(stale_cache=True, fallback=and_leaves_out)
    optional.part(7, lambda: "older", LookupError)
    optional.part(7, lambda: "old", LookupError)
    assert optional.part(7, broken, LookupError) == Part("old", is_degraded=True)
    assert optional._telemetry.counters.stale_answers == 1


def test_one_question_is_not_answered_with_the_answer_to_another() -> None:
    optional = fallback(stale_cache=True)
    optional.part(7, lambda: "of seven", LookupError)
    assert optional.part(8, broken, LookupError).content is None


def test_nothing_is_kept_without_a_stale_cache() -> None:
    optional = fallback()
    optional.part(7, lambda: "old", LookupError)
    assert optional.part(7, broken, LookupError).content is None


def test_what_came_longest_ago_is_forgotten_first() -> None:
    answers: LastGood[str] = LastGood(size=2)
    for asked in ("a", "b", "a", "c"):
        answers.keep(asked, asked.upper())
    assert [answers.find(asked) for asked in ("a", "b", "c")] == ["A", None, "C"]
