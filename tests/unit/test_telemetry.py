from pathlib import Path

from store.runtime.telemetry import Counters, Telemetry, read_counters


def test_counters_can_be_read_from_outside_while_a_request_is_in_flight(tmp_path: Path) -> None:
    telemetry = Telemetry(tmp_path / "counters")
    telemetry.request_started()
    assert read_counters(tmp_path / "counters").in_flight == 1
    telemetry.request_ended()
    counters = read_counters(tmp_path / "counters")
    assert (counters.requests, counters.in_flight) == (1, 0)


def test_the_next_worker_goes_on_counting_and_forgets_who_was_in_flight(tmp_path: Path) -> None:
    first = Telemetry(tmp_path / "counters")
    first.request_started()
    first.request_ended()
    first.request_started()
    Telemetry(tmp_path / "counters")
    counters = read_counters(tmp_path / "counters")
    assert (counters.requests, counters.in_flight) == (1, 0)


def test_time_in_shared_rules_is_part_of_the_time_in_handlers(tmp_path: Path) -> None:
    telemetry = Telemetry(tmp_path / "counters")
    telemetry.request_started()
    with telemetry.rules():
        sum(range(200_000))
    telemetry.request_ended()
    counters = read_counters(tmp_path / "counters")
    assert 0 < counters.rules_cpu_s <= counters.handler_cpu_s


def test_a_process_that_has_not_written_yet_has_counted_nothing(tmp_path: Path) -> None:
    assert read_counters(tmp_path / "none") == Counters()
