"""Who of the workers is well, and who is not."""

import io

import pyarrow.parquet as pq
from made_rows import measured_rows

from loadtests.summary import Usage
from loadtests.workers.clocks import Offset
from loadtests.workers.crew import SILENT_AFTER_S, Crew
from loadtests.workers.parts import Part


def _part(count: int, error: str = "") -> Part:
    file = io.BytesIO()
    pq.write_table(measured_rows(*((seq, 0, 0.0, 0.0, 0.1) for seq in range(count))), file)
    return Part(file.getvalue(), cpu_s=1.0, wall_s=2.0, error=error)


def _crew(*ids: str) -> Crew:
    crew = Crew(ids, now_s=0.0)
    for member in crew:
        member.host, member.steps, member.journeys = f"host-{member.id}", 3, 3
    return crew


def test_who_says_something_in_time_is_not_lost() -> None:
    crew = _crew("a", "b")
    for now_s in (4.0, 8.0, 12.0):
        crew.heard("a", now_s)
        crew.heard("b", now_s)
        crew.look_for_lost(["a", "b"], now_s + 0.5)
    assert crew.troubles == []
    assert len(crew.awaited) == 2


def test_who_is_silent_for_too_long_is_named_and_stays_lost() -> None:
    crew = _crew("a", "b")
    now_s = SILENT_AFTER_S + 0.1
    crew.heard("a", now_s)
    crew.look_for_lost(["a", "b"], now_s)
    crew.heard("b", now_s)
    crew.look_for_lost(["a", "b"], now_s)
    assert crew.troubles == [
        "Load worker 1 (host-b) was silent for more than 5 s, and its rows are missing."
    ]


def test_who_has_left_is_lost_at_once() -> None:
    crew = _crew("a", "b")
    crew.look_for_lost(["b"], 0.1)
    assert crew.troubles == ["Load worker 0 (host-a) left, and its rows are missing."]


def test_who_has_handed_in_its_part_may_be_silent_and_leave() -> None:
    crew = _crew("a")
    for member in crew:
        member.hand_in(_part(3), was_told_to_stop=False)
    crew.look_for_lost([], 100.0)
    assert crew.troubles == []
    assert crew.awaited == []


def test_a_part_without_all_rows_is_trouble_unless_the_load_was_stopped() -> None:
    crew = _crew("a", "b")
    first, second = crew
    first.hand_in(_part(2), was_told_to_stop=False)
    second.hand_in(_part(2), was_told_to_stop=True)
    assert crew.troubles == ["Load worker 0 (host-a) ended after 2 of its 3 requests."]


def test_a_worker_tells_why_it_failed() -> None:
    crew = _crew("a")
    for member in crew:
        member.hand_in(_part(0, "The disk is full."), was_told_to_stop=False)
    assert crew.troubles == ["Load worker 0 (host-a) failed: The disk is full."]


def test_a_worker_without_a_share_is_no_member() -> None:
    assert _crew("a").heard("spare", 1.0) is None


def test_the_record_tells_offset_uncertainty_and_drift_in_their_units() -> None:
    (member,) = _crew("a")
    member.before, member.after = Offset(1.0, 7.0, 0.0004), Offset(61.0, 7.002, 0.0002)
    member.hand_in(_part(3), was_told_to_stop=False)
    record = member.record()
    assert (record.offset_s, record.uncertainty_ms, record.drift_ms) == (7.0, 0.4, 2.0)
    assert (record.journeys, record.rows, record.trouble) == (3, 3, "")


def test_cpu_time_is_that_of_the_master_and_of_all_parts() -> None:
    crew = _crew("a", "b")
    for member in crew:
        member.hand_in(_part(3), was_told_to_stop=False)
    assert crew.usage(Usage(cpu_s=0.5, wall_s=9.0)) == Usage(cpu_s=2.5, wall_s=2.0)
