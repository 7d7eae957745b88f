"""Schedules and rows of requests, made up."""

import pyarrow as pa

from experiment.rows import ARRIVALS, RECORDED
from loadtests.recorder import Row
from loadtests.steps import Step

RECOMMEND = {"journey": "recommend", "operation": "recommend", "feature": "recommendations"}


def planned(*steps: tuple[int, int, float]) -> pa.Table:
    """A schedule of steps (seq, step, time)."""
    rows = [
        {"seq": seq, "step": step, "intended_s": at_s, "choices": "{}", **RECOMMEND}
        for seq, step, at_s in steps
    ]
    return pa.Table.from_pylist(rows, schema=ARRIVALS)


def measured_rows(*rows: tuple[int, int, float, float | None, float | None]) -> pa.Table:
    """Rows (seq, step, intended, sent, ended)."""
    made = []
    for seq, step, intended_s, sent_s, ended_s in rows:
        row = Row.unsent(Step(seq, step, intended_s, *RECOMMEND.values(), "{}"), intended_s, "ok")
        row.sent_s, row.ended_s = sent_s, ended_s
        made.append({name: getattr(row, name) for name in RECORDED.names})
    return pa.Table.from_pylist(made, schema=RECORDED)
