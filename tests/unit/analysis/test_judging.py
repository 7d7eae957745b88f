"""When a request counts: the phase of what broke a journey is that of the steps it cost."""

import pandas as pd
import pytest

from analysis.judging import judged

WINDOWS = {"outage": (0.0, 10.0), "recovery": (10.0, 20.0)}


def _rows(*steps: tuple[int, int, float, str]) -> pd.DataFrame:
    seq, step, intended_s, outcome = zip(*steps, strict=True)
    return pd.DataFrame(
        {
            "seq": seq,
            "step": step,
            "intended_s": intended_s,
            "ended_s": [at_s + 0.1 for at_s in intended_s],
            "outcome": pd.Categorical(outcome),
            "degraded": [""] * len(steps),
        }
    )


def test_skipped_steps_count_when_the_step_was_due_that_broke_their_journey() -> None:
    rows = _rows(
        (1, 2, 11.0, "skipped"),
        (2, 0, 9.2, "ok"),
        (1, 0, 8.0, "ok"),
        (1, 1, 9.0, "timeout"),
        (1, 3, 12.0, "ok"),
        (2, 1, 10.2, "http_error"),
        (2, 2, 10.9, "skipped"),
    )
    found = judged(rows, WINDOWS, 500)

    assert found["due_s"].tolist() == pytest.approx([9.0, 9.2, 8.0, 9.0, 12.0, 10.2, 10.2])
    assert found["phase"].tolist() == [
        "outage", "outage", "outage", "outage", "recovery", "recovery", "recovery",
    ]  # fmt: skip
    assert found["failed"].sum() == 4


def test_a_skipped_step_of_which_nothing_tells_the_cause_counts_when_it_was_due() -> None:
    found = judged(_rows((1, 0, 3.0, "ok"), (1, 1, 11.0, "skipped")), WINDOWS, 500)

    assert found["due_s"].tolist() == [3.0, 11.0]
