from pathlib import Path

from experiment.journal import Journal, read_journal


def test_each_event_is_on_disk_before_the_next_thing_happens(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", clock=lambda: 12.5)
    journal.write("phase-started", phase="outage")
    assert read_journal(tmp_path / "events.jsonl") == [
        {"at": 12.5, "event": "phase-started", "phase": "outage"}
    ]
    journal.close()


def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    with Journal(file) as journal:
        journal.write("one")
        journal.write("two")
    file.write_bytes(file.read_bytes()[:-5])
    assert [event["event"] for event in read_journal(file)] == ["one"]


def test_a_line_that_a_kill_cut_off_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    with Journal(file) as journal:
        journal.write("one")
        journal.write("two")
    file.write_bytes(file.read_bytes()[:-5])
    with Journal(file) as journal:
        journal.write("three")
    assert [event["event"] for event in read_journal(file)] == ["one", "three"]
