"""Making moulds takes nothing from the addresses that an engine has to give."""

import itertools
from ipaddress import IPv4Network
from pathlib import Path

import yaml

from testbed.platforms.containers.compose import FILE, small_networks
from testbed.platforms.containers.yard import BENCHMARKING


def _subnets(first: int) -> dict[str, IPv4Network]:
    networks = small_networks(first)["networks"]
    return {
        name: IPv4Network(each["ipam"]["config"][0]["subnet"]) for name, each in networks.items()
    }


def test_every_network_of_the_file_gets_a_few_addresses() -> None:
    named = yaml.safe_load(Path(FILE).read_text(encoding="utf-8"))["networks"]
    assert set(_subnets(0)) == set(named)


def test_no_two_networks_overlap() -> None:
    subnets = sorted(_subnets(16_000).values())
    assert all(not one.overlaps(other) for one, other in itertools.pairwise(subnets))
    assert all(each.subnet_of(BENCHMARKING) for each in subnets)
