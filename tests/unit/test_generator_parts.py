"""A schedule between workers, and their rows made whole again."""

from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiment.load import Load
from experiment.record import TrialFolder
from experiment.rows import RECORDED, write_rows
from experiment.store import Sample
from loadtests.rates import Stretch
from loadtests.recorder import Row
from loadtests.schedule import schedule
from loadtests.steps import Step
from loadtests.summary import SUMMARY_NAME, Usage, summarise
from loadtests.workers.parts import Part, merge, part_in
from loadtests.workers.shares import share_of

SAMPLE = Sample(products=100, customers=50, ratings=0)


def _rows(*times: tuple[int, float, float]) -> pa.Table:
    made = []
    for seq, sent_s, ended_s in times:
        step = Step(seq, 0, sent_s, "recommend", "recommend", "recommendations", "{}")
        row = Row.unsent(step, sent_s, "ok")
        row.sent_s, row.ended_s = sent_s, ended_s
        made.append({name: getattr(row, name) for name in RECORDED.names})
    return pa.Table.from_pylist(made, schema=RECORDED)


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_the_shares_of_all_workers_are_the_schedule(workers: int) -> None:
    arrivals = schedule(Load(rate=50, mix={"browse": 1}), [Stretch(2, {})], SAMPLE, seed=1)
    shares = [share_of(arrivals, index, workers) for index in range(workers)]
    assert all(
        set(share["seq"].to_numpy() % workers) == {index} for index, share in enumerate(shares)
    )
    whole = pa.concat_tables(shares).sort_by([("seq", "ascending"), ("step", "ascending")])
    assert whole.equals(arrivals)


def test_merged_parts_are_by_seq_and_their_costs_add_up(tmp_path: Path) -> None:
    parts = {}
    for index, rows in enumerate((_rows((0, 0.0, 0.2), (2, 0.4, 0.5)), _rows((1, 0.1, 0.3)))):
        folder = tmp_path / f"worker-{index}"
        folder.mkdir()
        write_rows(TrialFolder(folder).requests, rows)
        summary = summarise(rows, rows.num_rows, Usage(cpu_s=1.0, wall_s=2.0))
        (folder / SUMMARY_NAME).write_bytes(orjson.dumps(summary))
        parts[index] = part_in(folder, index, "", 0)
    merge(parts, tmp_path, scheduled=3, workers=2, own_cpu_s=0.5)
    assert pq.read_table(tmp_path / "requests.parquet")["seq"].to_pylist() == [0, 1, 2]
    summary = orjson.loads((tmp_path / SUMMARY_NAME).read_bytes())
    assert (summary["drained"], summary["workers"], summary["rows"]) == (True, 2, 3)
    assert (summary["cpu_s"], summary["wall_s"], summary["max_in_flight"]) == (2.5, 2.0, 2)


def test_a_worker_that_got_nowhere_hands_in_no_rows(tmp_path: Path) -> None:
    part = part_in(tmp_path, 1, "There is no schedule.", 2)
    assert part == Part(1, b"", 0.0, 0.0, "There is no schedule.", 2)
    assert part.table().num_rows == 0
