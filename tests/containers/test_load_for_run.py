"""A worker in a container that sends a part of the load of a run on this machine."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from composed import output_of
from images import image

from loadtests.workers.address import Address
from testbed.generator import warm_up
from testbed.janitor import Belongings
from testbed.load_workers import LoadWorkers
from testbed.platforms.containers import engine
from testbed.platforms.containers.wiring import gateway_of


def _free_address() -> Address:
    """Of this machine, as containers reach it."""
    with closing(engine.connect()) as client:
        host = gateway_of(client.networks.get("bridge"))
    with socket.create_server((host, 0)) as listener:
        return Address(host, listener.getsockname()[1])


@contextmanager
def _worker(master: Address) -> Iterator[None]:
    environment = ("--env", f"TWINSTACK_LOAD_MASTER={master}")
    alone = ("--detach", "--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
    entry = ("--entrypoint", "python3", image("load"), "-m", "loadtests.workers")
    container = output_of(["docker", "run", *alone, *environment, *entry]).strip()
    try:
        yield
    finally:
        output_of(["docker", "rm", "--force", container])


def test_a_worker_in_a_container_takes_part_in_a_rehearsal(tmp_path: Path) -> None:
    """Same code, clock measured, a request sent, and its row merged: else it raises."""
    master = _free_address()
    workers = LoadWorkers(1, master, within_s=60)
    with Belongings(tmp_path / "state") as belongings, _worker(master):
        warm_up((), belongings, workers)
