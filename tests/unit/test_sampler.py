import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiment.errors import RunError
from experiment.rows import LIMBO, SAMPLES
from store.rules.limbo import Limbo
from store.runtime.telemetry import Counters
from testbed.clock import Clock
from testbed.platforms.platform import RoleUsage
from testbed.sampler import Sampler, of_limbo, of_usage


def _usage() -> list[RoleUsage]:
    counters = Counters(requests=3, fault_hits=1)
    return [
        RoleUsage("monolith", 2, 1.5, 200.0, counters, ready=1, cpus=0.4),
        RoleUsage("edge", 1, 0.1, 30.0, Counters()),
    ]


def test_every_role_has_a_row_at_the_start_and_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "samples.parquet"
    with Sampler(of_usage(_usage), Clock(time.time()), file, SAMPLES):
        time.sleep(0.1)
    table = pq.read_table(file)
    assert table.schema == SAMPLES
    rows = [row for row in table.to_pylist() if row["role"] == "monolith"]
    assert len(rows) == 2
    assert rows[0]["t_s"] < rows[1]["t_s"]
    assert (rows[0]["cpu_s"], rows[0]["requests"], rows[0]["fault_hits"]) == (1.5, 3, 1)
    assert list(tmp_path.glob("*.part")) == []


def test_a_row_tells_what_serves_and_its_quota_and_null_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "samples.parquet"
    with Sampler(of_usage(_usage), Clock(time.time()), file, SAMPLES):
        time.sleep(0.05)
    monolith, edge, *_ = pq.read_table(file).to_pylist()
    assert (monolith["instances"], monolith["ready"], monolith["cpus"]) == (2, 1, 0.4)
    assert (edge["ready"], edge["cpus"]) == (None, None)


def test_a_hole_in_the_samples_never_passes_for_a_quiet_store(tmp_path: Path) -> None:
    def gone() -> list[RoleUsage]:
        raise ProcessLookupError("no such process")

    with (
        pytest.raises(RunError, match="no such process"),
        Sampler(of_usage(gone), Clock(time.time()), tmp_path / "samples.parquet", SAMPLES),
    ):
        time.sleep(0.05)


def test_limbo_is_money_without_an_order_and_null_while_nobody_answers(tmp_path: Path) -> None:
    answers = iter([Limbo(taken_cents=900, ordered_cents=500, reserved_pieces=3), None])
    file = tmp_path / "limbo.parquet"
    with Sampler(of_limbo(lambda: next(answers)), Clock(time.time()), file, LIMBO):
        time.sleep(0.05)
    known, unknown = pq.read_table(file).to_pylist()
    assert (known["cents"], known["pieces"], known["unfinished"]) == (400, 3, 0)
    assert (unknown["cents"], unknown["pieces"], unknown["undelivered"]) == (None, None, None)
