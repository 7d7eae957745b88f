"""Totals never fall, whatever becomes of containers and pods."""

from store.runtime.telemetry import Counters
from testbed.platforms.kubernetes.inside import Look
from testbed.platforms.kubernetes.meter import Meter


def look(cpu_s: float, requests: int, in_flight: int = 0) -> Look:
    return Look(cpu_s, 10.0, Counters(requests=requests, in_flight=in_flight))


def test_a_container_that_is_started_anew_counts_its_cpu_on_top() -> None:
    meter = Meter()
    meter.read(look(5.0, 100))
    meter.container_ended()
    meter.read(look(1.0, 110))  # the counters are in a file that outlives it
    assert (meter.cpu_s, meter.counters.requests) == (6.0, 110)


def test_a_pod_that_is_replaced_counts_everything_on_top() -> None:
    meter = Meter()
    meter.read(look(5.0, 100))
    meter.pod_ended()
    meter.read(look(1.0, 10))
    assert (meter.cpu_s, meter.counters.requests) == (6.0, 110)


def test_between_two_pods_nothing_is_lost_and_nothing_is_in_hand() -> None:
    meter = Meter()
    meter.read(look(5.0, 100, in_flight=3))
    meter.pod_ended()
    assert (meter.cpu_s, meter.counters.requests) == (5.0, 100)
    assert (meter.memory_mb, meter.in_flight, meter.counters.in_flight) == (0.0, 0, 0)


def test_hits_of_faults_are_added_by_their_slots() -> None:
    meter = Meter()
    for _ in range(2):
        counters = Counters()
        counters.hits_by_slot[4] = 7
        meter.read(Look(1.0, 1.0, counters))
        meter.pod_ended()
    assert meter.counters.hits_by_slot[4] == 14
