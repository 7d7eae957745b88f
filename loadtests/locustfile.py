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
    # Locust calls the latest listener first: ours comes before its runner ends all messages.
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


class _Conductor:
    """Runs one load from each test start, in a greenlet that every way out of Locust stops."""

    def __init__(self, environment: Environment, options: Namespace) -> None:
        self._environment = environment
        self._options = options
        self._load: Load = load_for(environment, options, self.stop)
        self._running: gevent.Greenlet | None = None
        self._cut_off = False

    def begin(self, **_: Any) -> None:
        self._cut_off = False
        if not isinstance(self._environment.runner, WorkerRunner):
            self._fix_what_workers_share()
        self._running = gevent.spawn(self._run)

    def stop(self, **_: Any) -> None:
        """Begin no further step, and return when what was measured is kept."""
        if self._running is None or self._running is gevent.getcurrent():
            return
        if not self._cut_off:  # a second time would cut off the keeping
            self._cut_off = True
            self._load.cut_off(self._running)
        self._running.join()
        self._load.wait_until_kept()

    def _fix_what_workers_share(self) -> None:
        """Members of the options travel to the workers, before they begin."""
        options, runner = self._options, self._environment.runner
        options.folder = options.record or tempfile.mkdtemp(prefix="twinstack-load-")
        options.is_shown = not (options.headless and options.arrivals is not None)
        if isinstance(runner, MasterRunner):
            # Without a page, Locust has waited for as many as are expected; later ones are spare.
            options.shares = options.expect_workers if options.headless else runner.worker_count

    def _run(self) -> None:
        try:
            self._load.run(self._options, Path(self._options.folder))
        except Exception as error:  # noqa: BLE001 - Locust would log it and go on
            self._tell(error)
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
            # Locust prints its tables first; the reason is to be the last line.
            self._environment.events.quit.add_listener(  # type: ignore[no-untyped-call]
                lambda **_: sys.stderr.write(f"{error}\n")
            )
