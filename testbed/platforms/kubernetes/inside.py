"""A line into a container: a shell that looks, writes files and ends its process when it is told.

One ``kubectl exec`` is kept open for each container: another one for every look would cost 65 ms
of CPU each, on the machine of the load generator.
"""

import base64
import select
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Self, cast

from experiment.errors import RunError
from store.runtime.telemetry import Counters, counters_in
from testbed.janitor import Belongings
from testbed.platforms.kubernetes.cluster import Cluster
from testbed.platforms.kubernetes.overlay import COUNTERS_FILE, RUN_FOLDER

ANSWERS_WITHIN_S = 10.0
END_OF_ANSWER = b"."
CONTROL_GROUP = "/sys/fs/cgroup"
"""A container sees its own: version 2, which Kubernetes asks for."""
ASK = """
exec 3<> "/dev/tcp/127.0.0.1/$0" || exit
printf "GET %s HTTP/1.1\\r\\nHost: inside\\r\\nConnection: close\\r\\n\\r\\n" "$1" >&3 && cat <&3
"""
"""Bash, since its start costs the container's budget less than any other client's."""
SHELL = f"""
cd "$0"
while read -r order file content; do
  case $order in
    look)
      grep usage_usec "$1/cpu.stat"
      grep -E '^(anon|file_mapped) ' "$1/memory.stat"
      [ ! -e {COUNTERS_FILE} ] || echo "counters $(base64 -w 0 {COUNTERS_FILE})" ;;
    write) echo "$content" | base64 -d > "$file.new" && mv "$file.new" "$file" ;;
    show) [ ! -e "$file" ] || base64 -w 0 "$file"; echo ;;
    ask) bash -c '{ASK}' "$file" "$content" | base64 -w 0; echo ;;
    end) kill -QUIT 1 ;;
  esac
  echo {END_OF_ANSWER.decode()}
done
"""
_MIB = 2**20


@dataclass(frozen=True)
class Look:
    """What a container has used."""

    cpu_s: float = 0.0
    """Since its process started."""
    memory_mb: float = 0.0
    """Anonymous and mapped pages; what is mapped by several counts for each."""
    counters: Counters = field(default_factory=Counters)

    @classmethod
    def read(cls, lines: list[str]) -> Self:
        """RunError when the container's control group does not say what is needed."""
        said = dict(line.split(" ", 1) for line in lines)
        try:
            used_bytes = int(said["anon"]) + int(said["file_mapped"])
            cpu_s = int(said["usage_usec"]) / 1e6
        except KeyError as missing:
            raise RunError(
                f"A container does not say what it uses: {missing} is not in {CONTROL_GROUP}; "
                "control groups of version 2 are needed."
            ) from missing
        content = base64.b64decode(said.get("counters", ""))
        return cls(cpu_s, used_bytes / _MIB, counters_in(content))


def content_of(answer: bytes) -> bytes:
    """Of an answer as it came over the connection; HTTPException when it is not 200."""
    response = HTTPResponse(cast(socket.socket, _Received(answer)))
    response.begin()
    if response.status != HTTPStatus.OK:
        raise HTTPException(f"{response.status} {response.reason}")
    return response.read()


@dataclass(frozen=True)
class _Received:
    """All that the standard library's reading of answers asks of a connection."""

    content: bytes

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self.content)


class Inside:
    """Safe to be used by several threads; answers come in the order of the questions."""

    def __init__(self, cluster: Cluster, pod: str, log: Path, belongings: Belongings) -> None:
        self._pod = pod
        self._log = log
        self._lock = threading.Lock()
        shell = ["sh", "-c", SHELL, str(RUN_FOLDER), CONTROL_GROUP]
        command = cluster.command(["exec", "--stdin", "--container=main", pod, "--", *shell])
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                start_new_session=True,
                env=cluster.environment,
            )
        belongings.process(f"kubectl exec {pod}", self._process.pid, signal.SIGTERM)
        self._rest = b""

    def look(self) -> Look:
        return Look.read(self._ask("look"))

    def write(self, file: str, content: bytes) -> None:
        """Replace a file of the run's folder as a whole; returns when it is there."""
        self._ask(f"write {file} {base64.b64encode(content).decode()}")

    def show(self, file: str) -> bytes:
        """Content of a file there; empty where there is none."""
        return base64.b64decode("".join(self._ask(f"show {file}")))

    def ask(self, port: int, path: str) -> bytes:
        """What is answered to a GET on the container's loopback; RunError when it is not 200."""
        answer = base64.b64decode("".join(self._ask(f"ask {port} {path}")))
        try:
            return content_of(answer)
        except (HTTPException, ConnectionError) as error:
            raise RunError(f"{self._pod} does not answer on its port {port}: {error}.") from error

    def end(self) -> None:
        """Let the container's process end at once, without finishing what it has."""
        self._ask("end")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, order: str) -> list[str]:
        """RunError when the line is broken, or nothing comes in time."""
        with self._lock:
            try:
                self._send(f"{order}\n".encode())
                return self._answer(time.monotonic() + ANSWERS_WITHIN_S)
            except OSError as error:
                raise self._broken() from error

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        self._process.stdin.write(line)

    def _answer(self, until: float) -> list[str]:
        lines: list[bytes] = []
        while not lines or lines[-1] != END_OF_ANSWER:
            lines.append(self._line(until))
        return [line.decode() for line in lines[:-1] if line]

    def _line(self, until: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        while b"\n" not in self._rest:
            wait_s = max(until - time.monotonic(), 0)
            if not select.select([self._process.stdout], [], [], wait_s)[0]:
                raise RunError(f"{self._pod} does not answer within {ANSWERS_WITHIN_S:g} s.")
            part = self._process.stdout.read(65536)
            if not part:
                raise self._broken()
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _broken(self) -> RunError:
        said = self._log.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
        return RunError(f"The line into {self._pod} is broken. {' '.join(said)}".strip())
