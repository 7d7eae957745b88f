"""What an autoscaler sees: as old as declared, and nothing that it cannot know."""

import pytest

from experiment.autoscaling import Autoscaling
from scaling.replicas import Reading
from testbed.autoscaling.history import History
from testbed.platforms.platform import InstanceReading

QUOTA = 0.2


def history(metric: str = "cpu", delay_s: float = 15.0) -> History:
    values = {"metric": metric, "target": 0.6, "metrics_delay_s": delay_s, "compression": 15}
    return History(Autoscaling.model_validate(values), QUOTA)


def seen(cpu_s: float, in_flight: int = 0, name: str = "carts-1") -> InstanceReading:
    return InstanceReading(name, cpu_s, in_flight)


def test_cpu_is_the_share_of_the_quota_over_a_period_that_ended_when_the_delay_began() -> None:
    looks = history()
    for second, cpu_s in enumerate([0.0, 0.1, 0.3, 0.5]):
        looks.add(float(second), [seen(cpu_s)])
    # At 3 s, with a delay of 1 s and a window of 1 s: from 1 s to 2 s.
    (reading,) = looks.readings()
    assert reading.value == pytest.approx(0.2 / QUOTA)


def test_requests_in_hand_are_the_mean_of_a_period_that_ended_when_the_delay_began() -> None:
    looks = history("in-flight")
    for quarter, in_flight in enumerate([9, 1, 2, 3, 6, 9, 9, 9, 9]):
        looks.add(quarter / 4, [seen(0.0, in_flight)])
    # At 2 s, with a delay of 1 s and a window of 1 s: later than 0 s, until 1 s.
    assert looks.readings() == (Reading(3.0),)


def test_requests_in_hand_are_not_counted_before_an_instance_serves() -> None:
    looks = history("in-flight", delay_s=0.0)
    looks.add(0.0, [InstanceReading("carts-1", 0.0, 0, is_ready=False)])
    looks.add(0.5, [seen(0.0, 4)])
    assert looks.readings() == (Reading(4.0),)


def test_a_new_instance_is_unknown_until_its_readings_are_old_enough() -> None:
    looks = history("in-flight")
    looks.add(0.0, [seen(0.0, 4)])
    looks.add(1.0, [seen(0.0, 4), InstanceReading("carts-2", 0.0, 0, is_ready=False)])
    assert looks.readings() == (Reading(4.0), Reading(None, is_ready=False))


def test_what_an_instance_took_to_start_is_no_sign_of_load() -> None:
    looks = history()
    looks.add(0.0, [seen(0.0), InstanceReading("carts-2", 0.0, 0, is_ready=False)])
    for second in (1.0, 2.0):
        looks.add(second, [seen(0.1 * second), seen(1.0 + 0.1 * second, name="carts-2")])
    assert looks.readings()[1] == Reading(None, is_ready=False)
    looks.add(3.0, [seen(0.3), seen(1.3, name="carts-2")])
    assert [each.value for each in looks.readings()] == pytest.approx([0.1 / QUOTA] * 2)


def test_nothing_is_known_before_the_first_delay_is_over() -> None:
    looks = history()
    looks.add(0.0, [seen(1.0)])
    assert looks.readings() == (Reading(None),)
