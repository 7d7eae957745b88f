"""A worker for other machines: waits for masters, and gives each a worker process of its own.

Each trial has a master of its own, so one that is over makes room for the next.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import loadtests
from experiment.errors import RunError
from loadtests.own_settings import own_settings
from loadtests.workers.address import Address

LOCUSTFILE = Path(loadtests.__file__).with_name("locustfile.py")
PATIENCE_S = 300.0
"""Longer than a store takes between two trials."""
KNOCK_EVERY_S = 0.5
STOP_WITHIN_S = 10.0


@dataclass(frozen=True)
class Supervisor:
    """Serves masters at one address until none has come for ``patience_s``."""

    master: Address
    patience_s: float
    say: Callable[[str], None]

    def run(self) -> None:
        """RunError when no master came at all. Whatever ends this also ends the worker process."""
        self.say(f"Waiting for a master at {self.master}.")
        has_served = False
        while self._a_master_comes():
            self.say(f"Working for the master at {self.master}.")
            self._serve()
            has_served = True
        if not has_served:
            raise RunError(f"No master came to {self.master} within {self.patience_s:g} s.")
        self.say(f"No master for {self.patience_s:g} s: done.")

    def _a_master_comes(self) -> bool:
        until = time.monotonic() + self.patience_s
        while not self.master.is_open():
            if time.monotonic() > until:
                return False
            time.sleep(KNOCK_EVERY_S)
        return True

    def _serve(self) -> None:
        """One master, to its end; what goes wrong there, the worker itself says."""
        command = [
            sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--worker",
            "--master-host", self.master.host, "--master-port", str(self.master.port),
            "--end-with-parent", "--loglevel", "WARNING",
        ]  # fmt: skip
        # In a session of its own: Ctrl-C reaches this process, which stops it in order.
        with subprocess.Popen(
            command, start_new_session=True, cwd="/", env=own_settings(os.environ)
        ) as worker:
            try:
                worker.wait()
            finally:
                _stop(worker)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is not None:
        return
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        worker.kill()
