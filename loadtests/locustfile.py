"""Open-loop load on a store, for Locust: ``locust -f loadtests/locustfile.py --host URL``.

Locust brings the command line, the web page and its statistics. One user dispatches all
journeys by a schedule; Locust's number of users and spawn rate mean nothing here.
"""

import logging
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import LocalRunner

from experiment.errors import InputError, RunError, TwinstackError
from loadtests.client import Client
from loadtests.generator import Generator
from loadtests.operations import OPERATIONS
from loadtests.options import add_arguments, arrivals_for, target_of
from loadtests.recorder import Row
from loadtests.sender import Clock, Limits

logger = logging.getLogger(__name__)

# Without it each greenlet keeps a copy of the stack that spawned it: half the cost of a spawn.
gevent.config.track_greenlet_tree = False

SOON_S = 0.5


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _add_arguments(parser: Any) -> None:
    add_arguments(parser)


@events.init.add_listener  # type: ignore[untyped-decorator]
def _check_command_line(environment: Environment, **_: Any) -> None:
    """Refuse bad input before anything starts; in the web page the host may still change."""
    try:
        _check(environment)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _check(environment: Environment) -> None:
    if not isinstance(environment.runner, LocalRunner):
        raise InputError("Run one process: the schedule is not split between workers.")
    options = _options_of(environment)
    if options.headless:
        target_of(environment.host, options.allow_target)


def _options_of(environment: Environment) -> Namespace:
    options: Namespace | None = environment.parsed_options
    if options is None:
        raise InputError("Start this file with the command locust.")
    return options


class OpenLoad(User):
    """Runs one schedule and is done."""

    fixed_count = 1

    @task
    def run_schedule(self) -> None:
        try:
            _run(self.environment)
        except Exception as error:  # noqa: BLE001 - Locust would log it and run the task again
            _tell(self.environment, error)
        if _options_of(self.environment).headless:
            self.environment.runner.quit()
        else:
            self.environment.runner.stop()
        raise StopUser


def _tell(environment: Environment, error: Exception) -> None:
    """One sentence for what can go wrong, a traceback for what cannot; and the exit code."""
    is_known = isinstance(error, TwinstackError | OSError)
    logger.error("%s", error, exc_info=None if is_known else error)
    if _options_of(environment).headless:
        environment.process_exit_code = getattr(error, "exit_code", RunError.exit_code)
        # Locust prints its tables first; the reason is to be the last line.
        environment.events.quit.add_listener(  # type: ignore[no-untyped-call]
            lambda **_: sys.stderr.write(f"{error}\n")
        )


def _run(environment: Environment) -> None:
    options = _options_of(environment)
    target = target_of(environment.host, options.allow_target)
    arrivals = arrivals_for(options)
    folder = options.record or Path(tempfile.mkdtemp(prefix="twinstack-load-"))
    logger.info("%d steps are scheduled; rows go to %s", arrivals.num_rows, folder)
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(
        client=Client(target),
        limits=Limits(deadline_s=options.deadline, in_flight_cap=options.in_flight_cap),
        clock=Clock.starting_at(options.start_at or time.time() + SOON_S),
        folder=folder,
        watch=_statistics(environment, options),
    )
    generator.run(arrivals)


def _statistics(environment: Environment, options: Namespace) -> Callable[[Row], None]:
    """Feeds Locust's page; nobody sees it when the test bed runs a schedule of its own."""
    if options.headless and options.arrivals is not None:
        return lambda _: None
    fire: Callable[..., None] = environment.events.request.fire

    def show(row: Row) -> None:
        if row.outcome == "skipped":
            return
        fire(
            request_type=OPERATIONS[row.operation].method,
            name=row.operation,
            response_time=1000 * (row.ended_s - row.intended_s) if row.ended_s else 0.0,
            response_length=0,
            exception=None if row.outcome == "ok" else RunError(row.outcome),
            context={},
        )

    return show
