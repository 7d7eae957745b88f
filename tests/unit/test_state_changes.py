import threading
from pathlib import Path

from experiment.journal import Journal, read_journal
from store.runtime.state_changes import StateChanges


def test_a_change_says_when_where_and_what(tmp_path: Path) -> None:
    file = tmp_path / "changes"
    StateChanges(file, "carts", "carts-2", clock=lambda: 12.5).report(
        "breaker-opened", peer="catalog"
    )
    assert read_journal(file) == [
        {
            "at": 12.5,
            "event": "breaker-opened",
            "role": "carts",
            "instance": "carts-2",
            "peer": "catalog",
        }
    ]


def test_lines_of_several_writers_never_mix(tmp_path: Path) -> None:
    file = tmp_path / "changes"

    def write(name: str) -> None:
        changes = StateChanges(file, "carts", name)
        for _ in range(200):
            changes.report("breaker-opened", peer="catalog")

    writers = [threading.Thread(target=write, args=(f"carts-{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = read_journal(file)
    assert len(lines) == 800
    assert {line["instance"] for line in lines} == {f"carts-{n}" for n in range(4)}


def test_without_a_file_nobody_is_told() -> None:
    StateChanges(None).report("breaker-opened")


def test_a_journal_takes_in_what_others_noted_at_their_time(tmp_path: Path) -> None:
    with Journal(tmp_path / "events.jsonl", clock=lambda: 99.0) as journal:
        journal.take_in({"at": 12.5, "event": "breaker-opened"})
    assert read_journal(tmp_path / "events.jsonl") == [{"at": 12.5, "event": "breaker-opened"}]
