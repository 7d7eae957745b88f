"""The closed loop leaves out what its users would have asked while they waited."""

import time
from pathlib import Path

import pytest
from measuring import measure, recommendations
from tiny_servers import Reply, Request, ScriptedServer, recommended, right

STALL_S = 1.0
USERS = 4


@pytest.mark.long
def test_users_who_wait_meet_a_stall_once_each_and_omit_the_rest(tmp_path: Path) -> None:
    begins_s: list[float] = []

    def stall(request: Request) -> tuple[float, Reply]:
        begins_s.append(time.perf_counter())
        since_s = begins_s[-1] - begins_s[0]
        in_stall = 1 <= since_s < 1 + STALL_S
        return (1 + STALL_S - since_s if in_stall else 0.0), right(recommended(request[1]))

    arrivals = recommendations(*((index / 40, 1) for index in range(120)))
    with ScriptedServer(stall) as target:
        rows = measure(target, arrivals, tmp_path, "--closed-users", str(USERS))
    assert list(rows.seq) == list(range(120))
    omitted = rows[rows.outcome == "omitted"]
    sent = rows[rows.outcome == "ok"]
    assert len(omitted) + len(sent) == 120
    assert 20 <= len(omitted) <= 60
    assert omitted.sent_s.isna().all()
    # An open loop of this rate would have seen 20 of these.
    assert ((sent.ended_s - sent.intended_s) > STALL_S / 2).sum() == USERS
    assert (sent.intended_s == sent.sent_s).all()
