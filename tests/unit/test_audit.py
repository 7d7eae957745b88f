from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from experiment.rows import ARRIVALS, REQUESTS
from store.rules.checkout import order_id
from testbed.audit import acknowledged_orders


def _arrival(seq: int, step: int, operation: str) -> dict[str, object]:
    choices = orjson.dumps({"customer_id": seq, "key": f"key-{seq:05d}"}).decode()
    return {
        "seq": seq, "step": step, "intended_s": 0.0, "journey": "buy", "operation": operation,
        "feature": "checkout", "choices": choices,
    }  # fmt: skip


def _request(seq: int, step: int, operation: str, status: int | None) -> dict[str, object]:
    return {
        "seq": seq, "step": step, "journey": "buy", "operation": operation, "feature": "checkout",
        "intended_s": 0.0, "sent_s": 0.0, "ended_s": 1.0, "outcome": "ok", "status": status,
        "degraded": "", "instance": "",
    }  # fmt: skip


def test_only_checkouts_that_were_answered_201_are_acknowledged(tmp_path: Path) -> None:
    requests = [
        _request(1, 3, "checkout", 201),
        _request(2, 3, "checkout", 402),
        _request(3, 3, "checkout", None),
        _request(4, 1, "sign-in", 201),
    ]
    arrivals = [_arrival(seq, 3, "checkout") for seq in (1, 2, 3)] + [_arrival(4, 1, "sign-in")]
    pq.write_table(pa.Table.from_pylist(requests, REQUESTS), tmp_path / "requests.parquet")
    pq.write_table(pa.Table.from_pylist(arrivals, ARRIVALS), tmp_path / "arrivals.parquet")
    told = acknowledged_orders(tmp_path / "requests.parquet", tmp_path / "arrivals.parquet")
    assert told == {str(order_id(1, "key-00001"))}
