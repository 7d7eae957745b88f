"""A store that stalls is sent as much as ever: the reason for open-loop load."""

import time
from pathlib import Path

import pytest
from measuring import measure, recommendations, summary_in
from tiny_servers import Reply, Request, ScriptedServer, recommended, right


@pytest.mark.alone
def test_a_stall_of_one_second_at_100_a_second_affects_100_requests(tmp_path: Path) -> None:
    """Latency falls from one second at the begin of the stall to nothing at its end."""
    begins_s: list[float] = []

    def stall(request: Request) -> tuple[float, Reply]:
        begins_s.append(time.perf_counter())
        since_s = begins_s[-1] - begins_s[0]
        return (2 - since_s if 1 <= since_s < 2 else 0.0), right(recommended(request[1]))

    arrivals = recommendations(*((index / 100, 1) for index in range(250)))
    with ScriptedServer(stall) as target:
        rows = measure(target, arrivals, tmp_path)
    assert set(rows.outcome) == {"ok"}
    # Sent at their time, and not when the store had leisure again.
    assert (rows.sent_s - rows.intended_s).quantile(0.9) < 0.1
    assert summary_in(tmp_path)["max_in_flight"] >= 85
    response_s = rows.ended_s - rows.intended_s
    assert 85 <= (response_s > 0.1).sum() <= 125
    until_end_s = 2 + rows.sent_s.iloc[0] - rows.intended_s
    stalled = until_end_s.between(0.05, 0.95)
    assert stalled.sum() == 90
    assert (response_s - until_end_s)[stalled].abs().quantile(0.9) < 0.1
