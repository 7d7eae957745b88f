"""A network goes when nobody is on it, and when the engine only thinks that somebody is."""

from typing import Any, cast

import pytest
from docker.errors import APIError
from docker.models.networks import Network

from experiment.errors import RunError
from testbed.platforms.containers import yard


class Occupied:
    """As much of a network as is asked when it is removed; ``stays``: some end cannot be cut."""

    name = "run_data"

    def __init__(self, *, stays: bool) -> None:
        self.attrs: dict[str, Any] = {"Containers": {"ep-7": {"Name": "run.gone"}}}
        self._stays = stays

    def reload(self) -> None:
        pass

    def disconnect(self, name: str, *, force: bool) -> None:
        assert (name, force) == ("run.gone", True)
        if not self._stays:
            self.attrs = {"Containers": {}}

    def remove(self) -> None:
        if self.attrs["Containers"]:
            raise APIError("403", explanation="it has active endpoints")


def test_the_end_of_a_container_that_is_gone_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yard, "CUT_OFF_AFTER_S", 0.0)
    network = Occupied(stays=False)
    assert yard.remove_network(cast(Network, network), within_s=5.0)
    assert not network.attrs["Containers"]


class Kept(Occupied):
    """Nobody is on it, and it is not removed."""

    def __init__(self, why: str) -> None:
        super().__init__(stays=False)
        self.attrs = {"Containers": {}}
        self._why = why

    def remove(self) -> None:
        raise APIError("403", explanation=self._why)


def test_an_empty_network_that_the_engine_keeps_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yard, "CUT_OFF_AFTER_S", 0.0)
    assert not yard.remove_network(cast(Network, Kept("it has active endpoints")), within_s=5.0)


def test_a_network_that_the_engine_keeps_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yard, "CUT_OFF_AFTER_S", 0.0)
    with pytest.raises(RunError, match="keeps the network run_data: it has active endpoints"):
        yard.remove_network(cast(Network, Occupied(stays=True)), within_s=0.3)


def test_a_network_that_a_task_still_has_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yard, "CUT_OFF_AFTER_S", 0.0)
    with pytest.raises(RunError, match="is in use by task"):
        yard.remove_network(cast(Network, Kept("it is in use by task ab")), within_s=0.3)
