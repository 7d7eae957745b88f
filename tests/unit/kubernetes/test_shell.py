"""The shell that is started in each container, tried in a folder of this machine.

The order to end its process is not given here: outside of a container it would reach another one.
"""

import base64
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from experiment.errors import RunError
from store.runtime.telemetry import Telemetry
from testbed.platforms.kubernetes.inside import SHELL, Look, content_of
from testbed.platforms.kubernetes.overlay import COUNTERS_FILE

IN_CHUNKS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
"""As Envoy answers."""
Ask = Callable[..., list[str]]


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@pytest.fixture
def ask(run_folder: Path, tmp_path: Path) -> Ask:
    """Gives orders to one shell; the lines it says, its ends of answers included."""
    group = tmp_path / "group"
    group.mkdir()
    (group / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 2000000\n")
    (group / "memory.stat").write_text("anon 3145728\nfile 9\nfile_mapped 1048576\nanon_thp 7\n")

    def orders(*lines: str) -> list[str]:
        assert "end" not in lines
        done = subprocess.run(
            ["sh", "-c", SHELL, run_folder, group],
            input="".join(f"{line}\n" for line in lines),
            capture_output=True,
            text=True,
            check=True,
        )
        assert not done.stderr
        return done.stdout.splitlines()

    return orders


def test_a_look_reads_the_control_group(ask: Ask) -> None:
    *said, end = ask("look")
    look = Look.read(said)
    assert (look.cpu_s, look.memory_mb, end) == (2.5, 4.0, ".")
    assert look.counters.requests == 0  # nothing was counted yet


def test_a_look_brings_the_counters_of_the_process(ask: Ask, run_folder: Path) -> None:
    telemetry = Telemetry(run_folder / COUNTERS_FILE)
    telemetry.request_started()
    telemetry.request_ended()
    telemetry.fault_hit(3)
    telemetry.request_started()
    counters = Look.read(ask("look")[:-1]).counters
    assert (counters.requests, counters.in_flight, counters.hits_by_slot[3]) == (1, 1, 1)


def test_what_is_written_is_there_as_a_whole(ask: Ask, run_folder: Path) -> None:
    content = bytes(range(256)) * 40
    assert ask(f"write faults.json {base64.b64encode(content).decode()}") == ["."]
    assert (run_folder / "faults.json").read_bytes() == content
    assert [file.name for file in run_folder.iterdir()] == ["faults.json"]


def test_a_file_is_shown_and_one_that_is_not_there_is_empty(ask: Ask, run_folder: Path) -> None:
    (run_folder / "changes").write_bytes(b"one\ntwo\n")
    shown, _, empty, _ = ask("show changes", "show nothing")
    assert (base64.b64decode(shown), empty) == (b"one\ntwo\n", "")


def test_what_listens_within_is_asked_through_the_shell(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as others:
        asked = others.submit(_answer, listener, IN_CHUNKS)
        port = listener.getsockname()[1]
        said, *rest = ask(f"ask {port} /stats?filter=%5Ea.%2A", "show nothing")
    assert content_of(base64.b64decode(said)) == b"{}"
    assert rest == [".", "", "."]  # it took none of the orders
    assert asked.result().startswith(b"GET /stats?filter=%5Ea.%2A HTTP/1.1\r\n")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 426 Upgrade Required\r\n\r\n"])
def test_an_answer_that_is_none_is_not_taken_for_one(answer: bytes) -> None:
    with pytest.raises(HTTPException):
        content_of(answer)


def _answer(listener: socket.socket, answer: bytes) -> bytes:
    channel, _ = listener.accept()
    with channel:
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):  # it is written line by line
            asked += channel.recv(4096)
        channel.sendall(answer)
    return asked


def test_answers_come_in_the_order_of_the_questions(ask: Ask, run_folder: Path) -> None:
    (run_folder / "one").write_bytes(b"1")
    assert ask("show one", "write one Mg==", "show one") == ["MQ==", ".", ".", "Mg==", "."]


def test_a_control_group_of_version_1_is_refused_by_name() -> None:
    with pytest.raises(RunError, match="control groups of version 2 are needed"):
        Look.read(["anon 1", "file_mapped 2"])
