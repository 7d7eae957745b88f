"""Waiting for a cluster has an end, and says what was waited for."""

import itertools
from typing import Any

import pytest

from experiment.errors import RunError
from testbed.platforms.kubernetes.data import MADE_WITHIN_S, await_data
from testbed.platforms.kubernetes.groups import GONE_WITHIN_S, READY_WITHIN_S, Group
from testbed.platforms.kubernetes.pods import Pod

Object = dict[str, Any]


class Clock:
    """Advances by what is slept."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Answers:
    """A cluster that gives one answer after another to whatever it is asked; the last for ever."""

    def __init__(self, *answers: list[Object]) -> None:
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.logs = "no space left"

    def objects(self, *_: str) -> list[Object]:
        return next(self._answers)

    def kubectl(self, *arguments: str) -> str:
        assert arguments[0] == "logs"
        return f"{self.logs}\n"


def pod(name: str, *, ready: bool = True, **status: Any) -> Object:
    return {
        "metadata": {"name": name, "uid": f"{name}0000-1111-2222"},
        "status": {
            "podIP": "10.0.0.1",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"state": {"running": {}}}],
        }
        | status,
    }


def group(cluster: Answers, clock: Clock) -> Group:
    made: Any = cluster
    never: Any = None
    return Group("catalog", "deployment/catalog", "role=catalog", made, never, clock.sleep, clock)


def job(name: str, **status: Any) -> Object:
    return {"metadata": {"name": name}, "status": status}


def test_pods_that_never_become_ready_are_counted() -> None:
    clock = Clock()
    waited = group(Answers([pod("a"), pod("b", ready=False)]), clock)
    with pytest.raises(RunError, match=r"^1 of 2 pods of catalog are ready\.$"):
        waited._await_ready(2)
    assert clock.now == pytest.approx(READY_WITHIN_S, abs=1)


def test_a_pod_that_no_node_has_room_for_is_waited_for_and_named_in_the_end() -> None:
    full = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/3 nodes are available"}  # fmt: skip
    waited = group(Answers([pod("a", conditions=[full], containerStatuses=[])]), Clock())
    with pytest.raises(RunError, match="Unschedulable 0/3 nodes are available"):
        waited._await_ready(1)


def test_an_image_that_is_not_there_is_not_waited_for() -> None:
    clock = Clock()
    waiting = [{"state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}}]
    waited = group(Answers([pod("a", ready=False, containerStatuses=waiting)]), clock)
    with pytest.raises(RunError, match="ImagePullBackOff not found"):
        waited._await_ready(1)
    assert clock.now == 0


def test_pods_that_come_late_are_waited_for() -> None:
    waited = group(Answers([], [pod("a", ready=False)], [pod("a")]), Clock())
    assert [each.name for each in waited._await_ready(1)] == ["a"]


def test_a_pod_that_does_not_end_is_named() -> None:
    clock = Clock()
    with pytest.raises(RunError, match="a did not end within 90 s"):
        group(Answers([pod("a"), pod("b")]), clock).await_end({"a"})
    assert clock.now == pytest.approx(GONE_WITHIN_S, abs=1)


def test_a_job_that_failed_is_named_with_its_log() -> None:
    failed = {"type": "Failed", "status": "True"}
    cluster: Any = Answers([job("create-data-catalog", conditions=[failed])])
    with pytest.raises(RunError, match="create-data-catalog failed: no space left"):
        await_data(cluster, 1)


def test_all_jobs_are_waited_for() -> None:
    clock = Clock()
    cluster: Any = Answers([job("a", succeeded=1), job("b")], [job("a", succeeded=1)] * 2)
    await_data(cluster, 2, clock.sleep, clock)
    assert clock.now > 0


def test_jobs_that_are_never_done_are_counted() -> None:
    clock = Clock()
    cluster: Any = Answers([job("a", succeeded=1), job("b")])
    with pytest.raises(RunError, match="1 of 2 sets of sample data"):
        await_data(cluster, 2, clock.sleep, clock)
    assert clock.now == pytest.approx(MADE_WITHIN_S, abs=1)


def test_a_pod_that_is_asked_to_end_neither_runs_nor_serves() -> None:
    leaving = pod("a")
    leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    read = Pod.of(leaving)
    assert (read.is_running, read.is_ready) == (False, False)


def test_two_pods_have_two_numbers() -> None:
    one, other = Pod.of(pod("a")), Pod.of(pod("b"))
    assert one.number != other.number
