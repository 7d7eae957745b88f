from hypothesis import given
from hypothesis import strategies as st

from store.runtime.resilience.retry import (
    BUDGETED_RETRIES,
    BURST,
    CALLS_PER_RETRY,
    FIRST_PAUSE_S,
    NAIVE_RETRIES,
    BudgetedRetry,
    NaiveRetry,
    NoRetry,
    retry_for,
)


def longest(_: float, high: float) -> float:
    return high


def retries_of_one_call(retry: BudgetedRetry | NaiveRetry | NoRetry) -> int:
    """How often a call is repeated that always fails."""
    retry.wanted()
    failures = 1
    while retry.pause_s(failures) is not None:
        failures += 1
    return failures - 1


def test_without_a_policy_nothing_is_repeated() -> None:
    assert retries_of_one_call(NoRetry()) == 0


def test_a_naive_retry_comes_at_once_and_never_tires() -> None:
    retry = NaiveRetry()
    assert [retries_of_one_call(retry) for _ in range(100)] == [NAIVE_RETRIES] * 100
    assert retry.pause_s(1) == 0


def test_pauses_may_double_from_retry_to_retry() -> None:
    retry = BudgetedRetry(longest)
    assert [retry.pause_s(failures) for failures in (1, 2)] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S]


def test_a_pause_is_drawn_from_zero_on() -> None:
    drawn: list[tuple[float, float]] = []
    BudgetedRetry(lambda low, high: drawn.append((low, high)) or 0.0).pause_s(1)  # type: ignore[func-returns-value]
    assert drawn == [(0.0, FIRST_PAUSE_S)]


def test_a_budgeted_retry_gives_up_after_a_few_attempts() -> None:
    assert retries_of_one_call(BudgetedRetry(longest)) == BUDGETED_RETRIES


def test_when_every_call_fails_one_in_ten_is_repeated() -> None:
    retry = BudgetedRetry(longest)
    repeated = sum(retries_of_one_call(retry) for _ in range(10_000))
    assert 0 <= repeated - 10_000 // CALLS_PER_RETRY <= BURST


@given(st.lists(st.one_of(st.just("call"), st.integers(1, 4)), max_size=400))
def test_a_budget_never_exceeds_its_share(events: list[str | int]) -> None:
    retry, calls, retries = BudgetedRetry(longest), 0, 0
    for event in events:
        if event == "call":
            retry.wanted()
            calls += 1
        elif retry.pause_s(int(event)) is not None:
            retries += 1
        assert retries <= BURST + calls / CALLS_PER_RETRY


def test_each_mode_has_its_policy() -> None:
    kinds = {mode: type(retry_for(mode)) for mode in ("off", "naive", "budgeted")}
    assert kinds == {"off": NoRetry, "naive": NaiveRetry, "budgeted": BudgetedRetry}
