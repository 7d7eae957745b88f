"""Replays one session against two stores and tells where their answers differ."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from testbed.parity.replay import Answer, Replayer
from testbed.parity.session import Session, Shop, Step


@dataclass(frozen=True)
class Difference:
    """A step to which the stores answered differently."""

    number: int
    step: Step
    one: Answer
    other: Answer

    def __str__(self) -> str:
        return f"step {self.number}, {self.step}: {_show(self.one)} but {_show(self.other)}"


def differences(
    one_url: str, other_url: str, *, shop: Shop, steps: int, seed: int
) -> list[Difference]:
    """All steps of a seeded session that two fresh stores answer differently.

    Both stores must hold the same untouched sample data, described by ``shop``. The session
    changes it. Raises ``requests.RequestException`` when a store cannot be reached.
    """
    found = []
    with Replayer(one_url) as one, Replayer(other_url) as other, ThreadPoolExecutor(2) as both:
        for number, step in enumerate(Session(shop, seed).steps(steps), start=1):
            ours, theirs = both.map(Replayer.send, (one, other), (step, step))
            if ours != theirs:
                found.append(Difference(number, step, ours, theirs))
    return found


def _show(answer: Answer) -> str:
    text = str(answer.body)
    limit = 300
    return f"{answer.status} {text[:limit]}{'…' if len(text) > limit else ''}"
