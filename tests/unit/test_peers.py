import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from store.runtime.names import LOOK_UP_EVERY_S, Names
from store.runtime.peers import Peers


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "peers.json"


def write(file: Path, peers: dict[str, list[str]]) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(peers))
    fresh.replace(file)


def ports(peers: Peers, role: str) -> list[int | None]:
    return [pool.port for pool in peers.instances(role)]


def test_instances_take_turns_and_the_others_follow(file: Path) -> None:
    write(file, {"catalog": [f"http://127.0.0.1:{port}" for port in (1, 2, 3)]})
    peers = Peers(file, Clock())
    turns = [ports(peers, "catalog") for _ in range(4)]
    assert turns == [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 2, 3]]


def test_an_unknown_role_has_no_instances(file: Path) -> None:
    write(file, {"catalog": ["http://127.0.0.1:1"]})
    assert Peers(file, Clock()).instances("carts") == []


def test_a_process_without_a_peers_file_knows_nobody() -> None:
    assert Peers(None).instances("catalog") == []


def test_a_change_of_the_file_is_seen_after_the_stat_interval(file: Path) -> None:
    clock = Clock()
    write(file, {"catalog": ["http://127.0.0.1:1"]})
    peers = Peers(file, clock)
    before = ports(peers, "catalog")
    write(file, {"catalog": ["http://127.0.0.1:2"]})
    at_once = ports(peers, "catalog")
    clock.now += 0.1
    assert (before, at_once, ports(peers, "catalog")) == ([1], [1], [2])


def test_whoever_comes_during_the_first_read_waits_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "peers.json"
    os.mkfifo(pipe)
    peers = Peers(pipe)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(ports, peers, "catalog")
        with pipe.open("w") as writing:  # opens as soon as the first reads
            second = threads.submit(ports, peers, "catalog")
            wait([second], timeout=0.05)
            writing.write('{"catalog": ["http://127.0.0.1:1"]}')
        assert (first.result(), second.result()) == ([1], [1])


def test_connections_to_an_instance_that_stays_are_kept(file: Path) -> None:
    clock = Clock()
    write(file, {"catalog": ["http://127.0.0.1:1"]})
    peers = Peers(file, clock)
    (before,) = peers.instances("catalog")
    write(file, {"catalog": ["http://127.0.0.1:1", "http://127.0.0.1:2"]})
    clock.now += 0.1
    assert before in peers.instances("catalog")


def test_an_address_that_is_not_plain_http_is_refused(file: Path) -> None:
    write(file, {"catalog": ["https://127.0.0.1:1"]})
    with pytest.raises(ValueError, match="is not http://HOST:PORT"):
        Peers(file, Clock()).instances("catalog")


class NameServer:
    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return self.addresses[host]


def hosts(peers: Peers, role: str) -> list[str]:
    return sorted(str(pool.host) for pool in peers.instances(role))


def by_name(file: Path, server: NameServer, clock: Clock) -> Peers:
    write(file, {"catalog": ["http://p:8000"]})
    return Peers(file, clock, Names(server, clock))


def test_each_address_of_a_name_is_an_instance(file: Path) -> None:
    peers = by_name(file, NameServer(p=["10.0.0.1", "10.0.0.2"]), Clock())
    assert (hosts(peers, "catalog"), ports(peers, "catalog")) == (
        ["10.0.0.1", "10.0.0.2"],
        [8000, 8000],
    )


def test_an_instance_that_a_name_has_got_takes_its_turns_within_a_second(file: Path) -> None:
    clock, server = Clock(), NameServer(p=["10.0.0.1"])
    peers = by_name(file, server, clock)
    before = peers.instances("catalog")
    server.addresses["p"] = ["10.0.0.1", "10.0.0.2"]
    at_once = hosts(peers, "catalog")
    clock.now += LOOK_UP_EVERY_S
    after = hosts(peers, "catalog")
    assert (at_once, after) == (["10.0.0.1"], ["10.0.0.1", "10.0.0.2"])
    assert before[0] in peers.instances("catalog")  # with its connections


def test_an_address_is_never_looked_up(file: Path) -> None:
    server = NameServer()
    write(file, {"catalog": ["http://127.0.0.1:1"]})
    clock = Clock()
    Peers(file, clock, Names(server, clock)).instances("catalog")
    assert server.asked == 0
