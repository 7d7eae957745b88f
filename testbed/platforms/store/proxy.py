"""The process of the TCP proxy: started, told what to do, asked what it saw."""

import json
import socket
import sys
import threading
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiment.errors import RunError
from testbed.janitor import Belongings
from testbed.network.impairment import Impairment
from testbed.platforms.machine.processes import OwnedProcess, Program, last_lines, start
from testbed.platforms.running import Address

ANSWER_WITHIN_S = 10.0

FACTORS = {
    "network faults": (
        "by a TCP proxy on the generator's core, outside the budget, in the way of a hop only "
        "while a fault holds there"
    )
}


class Proxy:
    """Ready once made. It ends by itself when this side of it is gone."""

    def __init__(self, process: OwnedProcess, wire: socket.socket) -> None:
        self.process = process
        self._wire = wire
        self._answers = wire.makefile("rb")
        self._lock = threading.Lock()
        self._read()

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Its answer (``testbed.network.proxy``); RunError, with its log, when there is none."""
        with self._lock:
            try:
                self._wire.sendall(json.dumps(command).encode() + b"\n")
            except OSError as error:
                raise self._silent() from error
            return self._read()

    def open_passage(self, impairment: Impairment, callee: Address, host: str) -> tuple[int, int]:
        """Its number, and the port of ``host`` at which callers find it."""
        opened = self.ask({"impair": asdict(impairment), "callee": callee, "host": host})
        return opened["passage"], opened["port"]

    def close(self) -> None:
        """Let go of it; its process is stopped like any other."""
        self._answers.close()
        self._wire.close()

    def _read(self) -> dict[str, Any]:
        try:
            line = self._answers.readline()
        except OSError as error:
            raise self._silent() from error
        if not line:
            raise self._silent()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _silent(self) -> RunError:
        log = self.process.program.log
        return RunError(f"The network proxy gives no answer; its log ends: {last_lines(log)}")


def start_proxy(folder: Path, belongings: Belongings, cpus: Collection[int]) -> Proxy:
    """Start one on these cores; RunError when it does not come up."""
    ours, its_own = socket.socketpair()
    ours.settimeout(ANSWER_WITHIN_S)
    with its_own:
        program = Program(
            name="network proxy",
            command=[sys.executable, "-P", "-m", "testbed.network.proxy", str(its_own.fileno())],
            log=folder / "network-proxy.log",
            cpus=cpus,
            inherits=[its_own.fileno()],
        )
        process = start(program, belongings)
    return Proxy(process, ours)
