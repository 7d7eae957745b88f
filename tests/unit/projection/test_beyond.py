from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_ladder import TRUTH

from experiment.errors import InputError
from experiment.prices import Prices
from experiment.store import Architecture
from projection.assumed import Assumed
from projection.cell import arrivals, foreign_cpus, p95_ms, requests_per_journey
from projection.curves import RATES, Point, crossovers, tipping_gb
from projection.demands import Demands
from projection.network import Step
from projection.roles import Role
from projection.sizing import Sized, size
from projection.spike import follow, spike
from projection.store import Store

MIX = {"list-products": 1.0, "recommend": 0.5, "checkout": 0.2}
SEEN = [[Step("list-products", 3.0), Step("checkout", 3.5)], [Step("recommend", 9.0)]]
PRICES = Prices(
    currency="EUR", cpu_hour=0.04, gb_hour=0.005, instance_hour=0.001, source="made up",
    as_of=date(2026, 1, 1),
)  # fmt: skip


def store(architecture: Architecture, times: float = 1.0) -> Store:
    """A store of known demands, or of ``times`` as much."""
    roles = tuple(
        Role(
            name,
            dict.fromkeys(cpu, 1.0),
            {each: times * cpu.get(each, 0.0) for each in MIX},
            0.002,
            60.0,
            0.6,
        )
        for name, cpu in TRUTH[architecture].items()
    )
    cpu_s = {each: sum(role.cpu_s[each] for role in roles) for each in MIX}
    return Store(architecture, Demands(cpu_s, dict.fromkeys(MIX, (0.001,)), 0.01), roles, 3.0)


def sized(rate: float, architecture: Architecture = "microservices", **assumed: float) -> Sized:
    return size(store(architecture), MIX, rate, Assumed(**assumed))  # type: ignore[arg-type]


def points(times: float = 1.0) -> list[Point]:
    services = store("microservices", times)
    return [Point(sized(rate, "monolith"), size(services, MIX, rate, Assumed())) for rate in RATES]


def test_no_role_has_fewer_instances_at_a_higher_load() -> None:
    numbers = [[each.instances[role] for role in each.instances] for each in map(sized, RATES)]
    assert np.all(np.diff(np.array(numbers), axis=0) >= 0)


def test_a_journey_gets_no_dearer_by_more_of_them() -> None:
    money = [sized(rate).per_million(PRICES) for rate in RATES]
    assert money[-1] < money[0]
    assert money[-1] == pytest.approx(sized(1e5).per_million(PRICES), rel=0.001)


def test_far_out_the_cpus_paid_for_are_the_work_over_the_target() -> None:
    found = sized(1e6)
    work = sum(MIX[name] * cpu_s for name, cpu_s in found.store.demands.cpu_s.items())
    # An instance uses 0.002 of its 0.5 CPUs by itself.
    assert found.cpus == pytest.approx(1e6 * work * 0.5 / (0.6 * 0.5 - 0.002), rel=0.001)


def test_no_role_has_fewer_instances_than_the_least() -> None:
    assert set(sized(0.01, least=2).instances.values()) == {2}


def test_an_instance_too_small_for_its_own_background_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError, match="CPUs without any load: no number"):
        sized(1.0, instance_cpus=0.003)


def test_stores_of_which_one_is_always_the_dearer_do_not_cross() -> None:
    assert crossovers(points(), PRICES) == []


def test_services_that_need_less_for_a_journey_get_the_cheaper_at_some_load() -> None:
    (rate,) = crossovers(points(times=0.2), PRICES)
    below = Point(
        sized(rate / 2, "monolith"), size(store("microservices", 0.2), MIX, rate / 2, Assumed())
    )
    assert below.ratio(PRICES) > 1
    assert 1 < rate < 1e6


def test_data_of_the_tipping_size_in_every_copy_make_both_cost_the_same() -> None:
    at = points()[-1]
    found = tipping_gb(at, PRICES)
    assert found is not None
    assert found > 0
    monolith = at.monolith.per_hour(PRICES) + found * at.monolith.instances["monolith"] * 0.005
    services = (
        at.services.per_hour(PRICES) + found * at.services.instances["recommendations"] * 0.005
    )
    assert monolith == pytest.approx(services)


def test_without_a_price_of_memory_no_size_of_data_tips_the_balance() -> None:
    assert tipping_gb(points()[-1], PRICES.model_copy(update={"gb_hour": 0.0})) is None


@pytest.mark.long
def test_a_cell_of_ten_times_the_size_is_as_fast() -> None:
    mix = requests_per_journey(SEEN)
    small, large = (
        p95_ms(size(store("microservices"), mix, rate, Assumed()), SEEN) for rate in (60.0, 600.0)
    )
    assert small == pytest.approx(large, rel=0.12)


def test_foreign_work_fills_instances_up_to_the_target() -> None:
    found = sized(30.0)
    orders = next(role for role in found.store.roles if role.name == "orders")
    own = 30.0 * MIX["checkout"] * 0.016
    filled = own + foreign_cpus(orders, MIX, found) + found.instances["orders"] * 0.002
    assert filled == pytest.approx(0.6 * 0.5 * found.instances["orders"])


def test_an_instance_that_is_let_to_do_more_makes_requests_slower() -> None:
    mix = requests_per_journey(SEEN)
    relaxed, tight = (
        p95_ms(size(store("microservices"), mix, 150.0, Assumed(target=target)), SEEN)
        for target in (0.4, 0.8)
    )
    assert tight > 1.2 * relaxed


def test_journeys_are_those_seen_at_the_rate_asked_for() -> None:
    found = arrivals(SEEN, 100.0, 50.0, np.random.default_rng(1))
    assert len(found) == pytest.approx(5000, rel=0.05)
    assert {len(each) for each in found} == {1, 2}
    assert all(
        each[1].planned_s == pytest.approx(each[0].planned_s + 0.5)
        for each in found
        if len(each) == 2
    )


def test_without_a_spike_the_autoscaler_adds_nothing() -> None:
    found = spike(sized(1000.0), MIX, "recommend", 1.0)
    assert (found.instance_s, found.short_s) == (0, 0)


def test_a_higher_spike_takes_more() -> None:
    low, high = (spike(sized(1000.0), MIX, "recommend", factor) for factor in (5.0, 20.0))
    assert 0 < low.cpu_quota_s < high.cpu_quota_s
    assert 0 < low.short_s <= high.short_s


def test_a_spike_grows_no_role_that_it_does_not_touch() -> None:
    at = sized(1000.0)
    orders = next(role for role in at.store.roles if role.name == "orders")
    moments = follow(orders, lambda _: 1000.0 * MIX["checkout"] * 0.016, at)
    assert {moment.beyond for moment in moments} == {0}


def test_an_instance_serves_after_the_declared_time_and_its_own_start() -> None:
    at = sized(1000.0)
    role = next(each for each in at.store.roles if each.name == "recommendations")
    calm = 1000.0 * MIX["recommend"] * 0.006
    moments = follow(role, lambda now_s: calm if now_s < 60 else 3 * calm, at)
    seen = next(each.at_s for each in moments if each.alive > at.instances[role.name])
    served = next(each.at_s for each in moments if each.ready > at.instances[role.name])
    decided, started = seen - 15, 30 + 0.6 / 0.5
    assert decided + started <= served < decided + started + 15


def test_a_slow_start_leaves_a_role_short_for_longer() -> None:
    fast = sized(1000.0)
    slow = replace(fast, assumed=Assumed(schedule_s=90.0))
    at_speed = [spike(each, MIX, "recommend", 10.0).short_s for each in (fast, slow)]
    assert at_speed[0] < at_speed[1]
