"""Open-loop load on a store, for Locust: ``locust -f loadtests/locustfile.py --host URL``.

Locust brings the command line, the web page, its statistics and its workers. The load itself
follows a schedule; Locust's number of users and spawn rate mean nothing here.
"""

import logging
import os
import signal
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import gevent
import locust.stats
from locust import User, events, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from experiment.errors import InputError, RunError, TwinstackError
from loadtests.load import Load, load_for
from loadtests.options import add_arguments, require_usable, target_of

logger = logging.getLogger(__name__)

# Without it each greenlet keeps a copy of the stack that spawned it: half the cost of a spawn.
gevent.config.track_greenlet_tree = False

FOREVER_S = 1e9
PARENT_POLL_S = 0.5
SPARE_S = 0.2


class OpenLoad(User):
    """Locust wants users; this one does nothing. Who waits for answers cannot keep a schedule."""

    @task
    def look_on(self) -> None:
        gevent.sleep(FOREVER_S)


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _add_arguments(parser: Any) -> None:
    add_arguments(parser)


@events.init.add_listener  # type: ignore[untyped-decorator]
def _prepare(environment: Environment, **_: Any) -> None:
    """Refuse bad input before anything starts; in the web page the host may still change."""
    try:
        options = _options_of(environment)
        require_usable(options)
        if options.headless:
            target_of(environment.host, options.allow_target)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    conductor = _Conductor(environment, options)
    listeners = environment.events
    listeners.test_start.add_listener(conductor.begin)  # type: ignore[no-untyped-call]
    listeners.test_stopping.add_listener(conductor.stop)  # type: ignore[no-untyped-call]
    # Locust calls the latest listener first: ours come before its runner ends all messages.
    if options.csv_prefix and not options.worker:
        listeners.quitting.add_listener(_let_tables_be_written)  # type: ignore[no-untyped-call]
    listeners.quitting.add_listener(conductor.stop)  # type: ignore[no-untyped-call]
    if options.worker and (options.processes or options.end_with_parent):
        gevent.spawn(_end_with, os.getppid())


def _options_of(environment: Environment) -> Namespace:
    options: Namespace | None = environment.parsed_options
    if options is None:
        raise InputError("Start this file with the command locust.")
    return options


def _end_with(parent: int) -> None:
    """A worker that outlived its master would load the store until Locust's timeout."""
    while os.getppid() == parent:
        gevent.sleep(PARENT_POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _let_tables_be_written(environment: Environment, **_: Any) -> None:
    """Locust writes its CSV files now and then, and not at the end."""
    runner: Any = environment.runner
    runner.stop()  # which makes workers send what they have counted
    settings: Any = locust.stats
    interval_s: float = settings.CSV_STATS_INTERVAL_SEC
    settings.CSV_STATS_INTERVAL_SEC = FOREVER_S  # not again: the files will be closed
    gevent.sleep(interval_s + SPARE_S)


class _Conductor:
    """Runs one load from each test start, in a greenlet that every way out of Locust stops."""

    def __init__(self, environment: Environment, options: Namespace) -> None:
        self._environment = environment
        self._options = options
        self._load: Load = load_for(environment, options, self.stop)
        self._running: gevent.Greenlet | None = None
        self._cut_off = False
        self._has_ended = False

    def begin(self, **_: Any) -> None:
        self._cut_off = self._has_ended = False
        if not isinstance(self._environment.runner, WorkerRunner):
            self._fix_what_workers_share()
        self._running = gevent.spawn(self._run)

    def stop(self, **_: Any) -> None:
        """Begin no further step, and return when what was measured is kept."""
        if self._running is None or self._running is gevent.getcurrent():
            return
        if self._cut_off:  # a second time would cut off the keeping
            self._running.join()
            return
        self._cut_off, is_early = True, not self._has_ended
        self._load.cut_off(self._running)
        self._running.join()
        self._load.wait_until_kept()
        if is_early and (sentence := self._load.covered.says):
            logger.warning(sentence)
            self._say_last(sentence)

    def _fix_what_workers_share(self) -> None:
        """Members of the options travel to the workers, before they begin."""
        options, runner = self._options, self._environment.runner
        options.folder = options.record or tempfile.mkdtemp(prefix="twinstack-load-")
        # Without a page, a schedule that was made elsewhere is judged elsewhere.
        files = (options.csv_prefix, options.html_file, options.json, options.json_file)
        options.is_shown = not options.headless or options.arrivals is None or any(files)
        if isinstance(runner, MasterRunner):
            # Without a page, Locust has waited for as many as are expected; later ones are spare.
            options.shares = options.expect_workers if options.headless else runner.worker_count

    def _run(self) -> None:
        try:
            self._load.run(self._options, Path(self._options.folder))
        except Exception as error:  # noqa: BLE001 - Locust would log it and go on
            self._tell(error)
        self._has_ended = True
        runner: Any = self._environment.runner
        if isinstance(runner, WorkerRunner):
            return  # the master ends the test
        if self._options.headless:
            runner.quit()
        else:
            runner.stop()

    def _tell(self, error: Exception) -> None:
        """One sentence for what can go wrong, a traceback for what cannot; and the exit code."""
        is_known = isinstance(error, TwinstackError | OSError)
        logger.error("%s", error, exc_info=None if is_known else error)
        if self._options.headless:
            self._environment.process_exit_code = getattr(error, "exit_code", RunError.exit_code)
            self._say_last(str(error))

    def _say_last(self, sentence: str) -> None:
        """Without a page: Locust prints its tables first, and this is to be the last line."""
        if self._options.headless:
            self._environment.events.quit.add_listener(  # type: ignore[no-untyped-call]
                lambda **_: sys.stderr.write(f"{sentence}\n")
            )
