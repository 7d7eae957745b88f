"""What workers measured, made whole again."""

from pathlib import Path

import orjson
import pyarrow.parquet as pq
from made_rows import measured_rows

from experiment.load_worker import LoadWorker
from experiment.record import TrialFolder
from experiment.rows import write_rows
from loadtests.summary import SUMMARY_NAME, Usage, summarise
from loadtests.workers.parts import Part, merge, part_in


def test_a_part_is_what_a_worker_left_in_its_folder(tmp_path: Path) -> None:
    rows = measured_rows((0, 0, 0.0, 0.0, 0.2))
    write_rows(TrialFolder(tmp_path).requests, rows)
    summary = summarise(rows, rows.num_rows, Usage(cpu_s=1.0, wall_s=2.0))
    (tmp_path / SUMMARY_NAME).write_bytes(orjson.dumps(summary))
    part = part_in(tmp_path, "")
    assert part.table().equals(rows)
    assert (part.cpu_s, part.wall_s, part.error) == (1.0, 2.0, "")


def test_merged_parts_are_by_seq_and_tell_of_their_workers(tmp_path: Path) -> None:
    tables = [
        measured_rows((0, 0, 0.0, 0.0, 0.2), (2, 0, 0.4, 0.4, 0.5)),
        measured_rows((1, 0, 0.1, 0.1, 0.3)),
    ]
    workers = [
        LoadWorker(index=index, host="h", journeys=2 - index, rows=2 - index) for index in (0, 1)
    ]
    merge(tables, Usage(cpu_s=2.5, wall_s=2.0), tmp_path, scheduled=3, workers=workers)
    assert pq.read_table(tmp_path / "requests.parquet")["seq"].to_pylist() == [0, 1, 2]
    summary = orjson.loads((tmp_path / SUMMARY_NAME).read_bytes())
    assert (summary["drained"], summary["workers"], summary["rows"]) == (True, 2, 3)
    assert (summary["cpu_s"], summary["wall_s"], summary["max_in_flight"]) == (2.5, 2.0, 2)
    assert [LoadWorker.model_validate(each) for each in summary["load_workers"]] == workers


def test_a_worker_that_got_nowhere_hands_in_no_rows(tmp_path: Path) -> None:
    part = part_in(tmp_path, "There is no schedule.")
    assert part == Part(b"", 0.0, 0.0, "There is no schedule.")
    assert part.table().num_rows == 0
