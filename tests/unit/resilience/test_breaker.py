from store.runtime.resilience.breaker import Change, CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=3, open_s=2.0, clock=clock)
    for _ in range(3):
        breaker.failed()
    return breaker


def test_a_circuit_stays_closed_below_the_threshold() -> None:
    breaker = CircuitBreaker(failures=3, open_s=2.0, clock=Clock())
    breaker.failed()
    breaker.failed()
    assert breaker.allows()


def test_only_failures_in_a_row_count() -> None:
    breaker = CircuitBreaker(failures=3, open_s=2.0, clock=Clock())
    for report in (breaker.failed, breaker.failed, breaker.succeeded, breaker.failed):
        report()
    assert breaker.allows()


def test_a_circuit_opens_at_the_threshold() -> None:
    assert not opened(Clock()).allows()


def test_an_open_circuit_lets_one_probe_through_when_its_time_has_come() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1.9
    too_early = breaker.allows()
    clock.now += 0.1
    assert (too_early, breaker.allows(), breaker.allows()) == (False, True, False)


def test_a_probe_that_fails_keeps_the_circuit_open_for_another_period() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now += 2.0
    assert breaker.allows()


def test_a_probe_that_succeeds_closes_the_circuit() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    assert breaker.allows()
    breaker.succeeded()
    assert all(breaker.allows() for _ in range(10))


def test_a_probe_that_is_never_reported_does_not_keep_the_circuit_open() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    assert breaker.allows()
    clock.now += 2.0
    assert breaker.allows()


def test_late_failures_of_earlier_calls_do_not_postpone_the_probe() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1.0
    breaker.failed()
    clock.now += 1.0
    assert breaker.allows()


def test_changes_are_told_in_their_order_and_nothing_else_is() -> None:
    clock, told = Clock(), list[Change]()
    breaker = CircuitBreaker(failures=2, open_s=2.0, clock=clock, on_change=told.append)
    for report in (breaker.succeeded, breaker.failed, breaker.succeeded, breaker.failed):
        report()
    assert told == []
    breaker.failed()
    breaker.allows()
    clock.now += 2.0
    breaker.allows()
    breaker.failed()
    breaker.failed()
    clock.now += 2.0
    breaker.allows()
    breaker.succeeded()
    breaker.succeeded()
    assert told == ["opened", "half-open", "reopened", "half-open", "closed"]
