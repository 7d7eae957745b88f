"""Workers as somebody starts them on other machines; here they share this one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil


def free_address(host: str = "127.0.0.1") -> str:
    with socket.create_server((host, 0)) as listener:
        return f"{host}:{listener.getsockname()[1]}"


class RemoteWorker:
    """``python -m loadtests.workers`` and the process that it keeps."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text()

    def signal_sender(self, number: signal.Signals) -> None:
        """To the process that sends requests, not to the one that keeps it."""
        (sender,) = psutil.Process(self.process.pid).children()
        sender.send_signal(number)


@contextmanager
def remote_worker(
    master: str, folder: Path, name: str = "worker", before: Sequence[str] = (), **environment: str
) -> Iterator[RemoteWorker]:
    """One at work until the end of the block; ``before`` is put before its command."""
    log = folder / f"{name}.log"
    told = {"TWINSTACK_LOAD_MASTER": master, "TWINSTACK_LOAD_PATIENCE_S": "30", **environment}
    command = [*before, sys.executable, "-m", "loadtests.workers"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={**os.environ, **told},
            start_new_session=True,
        )
    try:
        yield RemoteWorker(process, log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


@contextmanager
def remote_workers(count: int, master: str, folder: Path) -> Iterator[list[RemoteWorker]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(remote_worker(master, folder, f"worker-{number}"))
            for number in range(count)
        ]


def until(is_true: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
