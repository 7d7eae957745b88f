"""Ways from a loopback port of this machine to a port in the cluster: ``kubectl port-forward``."""

import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from experiment.errors import RunError
from testbed.janitor import Belongings
from testbed.platforms.kubernetes.cluster import Cluster

OPEN_WITHIN_S = 30.0
STOP_WITHIN_S = 5.0
_POLL_S = 0.05
_LISTENS = re.compile(r"^Forwarding from 127\.0\.0\.1:(\d+) ", re.MULTILINE)


class Forward:
    """Open until it is closed; it ends by itself with the pod at its other end."""

    def __init__(
        self, cluster: Cluster, target: str, port: int, log: Path, belongings: Belongings
    ) -> None:
        """``target``: such as ``service/edge``."""
        self._cluster = cluster
        self._target = target
        self._target_port = port
        self._log = log
        self._belongings = belongings
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        """On 127.0.0.1; 0 until it was open once, the same ever after."""

    def open(self, port: int = 0) -> None:
        """Open it, again if need be; RunError with kubectl's complaint when that fails."""
        if self._process is not None and self._process.poll() is None:
            return
        local = port or self.port or _free_port()
        arguments = [
            "port-forward", "--address=127.0.0.1", self._target, f"{local}:{self._target_port}",
        ]  # fmt: skip
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._cluster.command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self._cluster.environment,
            )
        self._belongings.process(f"way to {self._target}", self._process.pid, signal.SIGTERM)
        self.port = self._await_port(self._process)

    def close(self) -> None:
        """Safe to repeat."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _await_port(self, process: subprocess.Popen[bytes]) -> int:
        until = time.monotonic() + OPEN_WITHIN_S
        while not (found := _LISTENS.search(self._said())):
            if process.poll() is not None or time.monotonic() > until:
                self.close()
                words = self._said().strip().splitlines()[-1:]
                raise RunError(f"There is no way to {self._target}: {' '.join(words) or 'silence'}")
            time.sleep(_POLL_S)
        return int(found[1])

    def _said(self) -> str:
        return self._log.read_text("utf-8", errors="replace")


def _free_port() -> int:
    """Drawn here, since a way that is opened again has to be where it was."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
