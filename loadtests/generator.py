"""A whole run of the generator: dispatch, drain, and the files that tell what was measured."""

import gc
from collections.abc import Callable
from pathlib import Path

import gevent
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from experiment.record import write_whole
from loadtests.client import Client
from loadtests.closed import ClosedDispatcher
from loadtests.dispatcher import Dispatcher
from loadtests.journeys import LONGEST
from loadtests.progress import Counts
from loadtests.recorder import Recorder, Row
from loadtests.sender import Clock, Limits, Sender
from loadtests.summary import SUMMARY_NAME, Usage, summarise

TICK_S = 0.5
"""Rows are written and progress is told this often."""
CUT_OFF_DRAIN_S = 2.0
"""What is under way gets this long when the run is cut off."""


class Generator:
    """Measures one schedule against one target and leaves its files in ``folder``.

    These are ``requests.jsonl.part``, which becomes ``requests.parquet``, and, at the end,
    ``generator.json``. ``watch`` sees each row as well, ``tell`` the counts at each tick.
    """

    def __init__(
        self,
        *,
        client: Client,
        limits: Limits,
        clock: Clock,
        folder: Path,
        watch: Callable[[Row], None],
        tell: Callable[[Counts], None],
        closed_users: int = 0,
    ) -> None:
        """``closed_users`` users wait for their answers; 0 is the open loop."""
        self._client = client
        self._limits = limits
        self._clock = clock
        self._folder = folder
        self._watch = watch
        self._tell = tell
        self._recorder = Recorder(folder)
        self._sender = Sender(client, limits, clock)
        self._dispatcher = (
            ClosedDispatcher(self._sender, clock, self._record, closed_users)
            if closed_users
            else Dispatcher(self._sender, clock, self._record)
        )
        self._counts = Counts()
        self._scheduled = 0

    def run(self, arrivals: pa.Table) -> None:
        """Run ``arrivals`` to the end; when this greenlet is killed, keep what was measured.

        Errors of the generator's own (a full disk, no more ports) are raised after that, too.
        """
        self._scheduled = arrivals.num_rows
        # What exists by now lives to the end. Frozen, no collection ever walks it, and what is
        # left to walk, the requests under way, is too little for a pause that delays arrivals.
        gc.collect()
        gc.freeze()
        gevent.sleep(max(-self._clock.elapsed_s(), 0))
        before = Usage.now()
        ticker = gevent.spawn(self._tick_on)
        try:
            self._dispatcher.run(arrivals)
            self._dispatcher.drain(self._longest_drain_s(arrivals))
        finally:
            self._finish(ticker, before)

    def _longest_drain_s(self, arrivals: pa.Table) -> float:
        """Until each step has had its time and its deadline; no journey takes longer."""
        last_s = pc.max(arrivals["intended_s"]).as_py() or 0.0
        return last_s - self._clock.elapsed_s() + LONGEST * self._limits.deadline_s + 1.0

    def _finish(self, ticker: gevent.Greenlet, before: Usage) -> None:
        self._dispatcher.stop()
        try:
            self._dispatcher.drain(CUT_OFF_DRAIN_S)
        finally:
            usage = Usage.now().since(before)
            ticker.kill()
            self._dispatcher.close()
            self._client.close()
            self._tick()
            rows = self._recorder.finish()
            summary = summarise(rows, self._scheduled, usage)
            write_whole(self._folder / SUMMARY_NAME, orjson.dumps(summary))

    def _record(self, row: Row) -> None:
        self._recorder.add(row)
        self._counts.add(row)
        self._watch(row)

    def _tick_on(self) -> None:
        while True:
            gevent.sleep(TICK_S)
            try:
                self._tick()
            except OSError as error:
                self._dispatcher.fail(error)
                return

    def _tick(self) -> None:
        self._recorder.flush()
        self._counts.in_flight = self._sender.in_flight
        self._tell(self._counts)
