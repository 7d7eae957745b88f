"""What a worker for other machines is told, and what a run is told of them."""

import socket
from collections.abc import Mapping

import pytest

from experiment.errors import InputError, RunError
from experiment.load_worker import RemoteLoad
from loadtests.workers.__main__ import supervisor_of
from loadtests.workers.address import Address
from loadtests.workers.supervisor import Supervisor
from testbed import scenarios
from testbed.load_workers import RemoteWorkers, edge_address, with_workers

MASTER = "TWINSTACK_LOAD_MASTER"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.1:5557", Address("10.0.0.1", 5557)),
        ("load-master", Address("load-master", 5557)),
        ("[::1]:80", Address("::1", 80)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: Address) -> None:
    assert Address.parse(text) == address


@pytest.mark.parametrize("text", ["", ":5557", "host:", "host:0", "host:70000", "host:port"])
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(InputError, match="is no address; write HOST:PORT"):
        Address.parse(text)


def test_a_container_is_told_by_its_environment() -> None:
    supervisor = supervisor_of({MASTER: "edge:1", "TWINSTACK_LOAD_PATIENCE_S": "7"})
    assert (supervisor.master, supervisor.patience_s) == (Address("edge", 1), 7.0)


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({}, "TWINSTACK_LOAD_MASTER is not set"),
        ({MASTER: "edge:1", "TWINSTACK_LOAD_PATIENCE_S": "long"}, "is no number: 'long'"),
    ],
)
def test_an_environment_that_does_not_do_is_refused(
    environment: Mapping[str, str], complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        supervisor_of(environment)


def test_a_worker_that_no_master_wants_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = Address("127.0.0.1", listener.getsockname()[1])
    said: list[str] = []
    with pytest.raises(RunError, match=f"No master came to {address} within 0.1 s"):
        Supervisor(address, 0.1, said.append).run()
    assert said == [f"Waiting for a master at {address}."]


def test_a_master_cannot_listen_where_somebody_else_does() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = f"127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(InputError, match=f"Nothing can listen at {taken}"):
            RemoteWorkers(1, taken).planned("local")


def test_all_addresses_are_no_address_of_a_store() -> None:
    with pytest.raises(InputError, match="names no machine"):
        RemoteWorkers(1, "0.0.0.0:45557").planned("local")
    remote = RemoteWorkers(1, "0.0.0.0:45557", "http://edge:8080").planned("local")
    assert edge_address(remote) == "127.0.0.1"


def test_a_target_is_an_http_address() -> None:
    with pytest.raises(InputError, match="The target edge:8080 is not an http:// address"):
        RemoteWorkers(1, "127.0.0.1:45557", "edge:8080").planned("local")


def test_options_for_workers_go_with_their_number() -> None:
    assert RemoteWorkers.wanted(None, None, None) is None
    assert RemoteWorkers.wanted(2, None, None) == RemoteWorkers(2, "127.0.0.1:5557")
    with pytest.raises(InputError, match="go with --load-workers only"):
        RemoteWorkers.wanted(None, "10.0.0.1:5557", None)


def test_a_store_listens_where_its_load_looks_for_it() -> None:
    assert edge_address(None) == "127.0.0.1"
    assert edge_address(RemoteLoad(listen="10.0.0.1:5557")) == "10.0.0.1"


@pytest.mark.parametrize("name", scenarios.names())
def test_every_scenario_can_have_its_load_from_workers(name: str) -> None:
    scenario = scenarios.find(name)
    users = scenario.load.users
    assert with_workers(scenario, 2).load.workers == 2, users
    assert with_workers(scenario, 2).model_copy(update={"load": scenario.load}) == scenario


def test_users_of_a_closed_arm_have_to_divide() -> None:
    with pytest.raises(InputError, match=r"--load-workers 3: .*must be a multiple of workers"):
        with_workers(scenarios.find("closed-vs-open"), 3)
