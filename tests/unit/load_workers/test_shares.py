"""A schedule divided among workers."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from made_rows import planned

from loadtests.workers.shares import Share, hash_of, shares_of

JOURNEYS = st.lists(st.lists(st.floats(0, 600), min_size=1, max_size=5), max_size=40)


def _schedule(journeys: list[list[float]]) -> pa.Table:
    steps = [
        (seq, step, at_s)
        for seq, times_s in enumerate(journeys)
        for step, at_s in enumerate(sorted(times_s))
    ]
    return planned(*steps)


@settings(deadline=None)  # a busy machine is no flaw of theirs
@given(JOURNEYS, st.integers(1, 9))
def test_together_the_shares_are_the_schedule_and_each_arrival_is_in_one(
    journeys: list[list[float]], workers: int
) -> None:
    arrivals = _schedule(journeys)
    shares = [Share(**vars(share)) for share in shares_of(arrivals, workers)]
    tables = [share.table() for share in shares]
    for share, table in zip(shares, tables, strict=True):
        assert set(table["seq"].to_numpy() % workers) <= {share.index}
        assert share.schedule == hash_of(arrivals)
    whole = pa.concat_tables(tables).sort_by([("seq", "ascending"), ("step", "ascending")])
    assert whole.equals(arrivals)


@settings(deadline=None)  # a busy machine is no flaw of theirs
@given(JOURNEYS, st.data())
def test_one_other_arrival_is_another_schedule(
    journeys: list[list[float]], data: st.DataObject
) -> None:
    other = [times_s.copy() for times_s in journeys] or [[]]
    data.draw(st.sampled_from(other)).append(data.draw(st.floats(0, 600)))
    assert hash_of(_schedule(other)) != hash_of(_schedule(journeys))
