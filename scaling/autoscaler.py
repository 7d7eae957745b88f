"""Kubernetes' horizontal autoscaling as a pure function: no clock, no threads, no state of its own.

Algorithm: "Horizontal Pod Autoscaling" of the Kubernetes documentation, and ``horizontal.go``.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scaling.policy import Direction, Policy, Rate
from scaling.replicas import Reading, wanted


@dataclass(frozen=True)
class Metric:
    """What is kept at a target."""

    name: str
    target: float
    readings: tuple[Reading, ...]
    full: float | None = None
    """What an instance that tells nothing is taken to use when the number might go down: for CPU
    all that it requests; None: the target."""


@dataclass(frozen=True)
class Recommended:
    at_s: float
    instances: int


@dataclass(frozen=True)
class Changed:
    at_s: float
    by: int
    """Instances more; below zero: fewer."""


Event = TypeVar("Event", Recommended, Changed)


@dataclass(frozen=True)
class Memory:
    """What earlier decisions left to the next one."""

    recommended: tuple[Recommended, ...] = ()
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True)
class Decision:
    """How many instances there should be from now on, and why."""

    instances: int
    recommended: int
    """What the metrics alone ask for."""
    reason: str
    memory: Memory


def decide(
    policy: Policy, memory: Memory, now_s: float, current: int, metrics: Sequence[Metric]
) -> Decision:
    """The next number of instances; ``now_s`` is any clock that never goes back.

    Of several metrics the largest wish counts. It is stabilised (up: the least recommendation of
    the up window, down: the largest of the down window), then held to the rates of change, then
    to the bounds.
    """
    wishes = {metric.name: _wish(policy, current, metric) for metric in metrics}
    recommended = max(wishes.values(), default=current)
    longest_s = max(policy.up.window_s, policy.down.window_s)
    # The number that an autoscaler finds counts as recommended: it begins with no change.
    before = memory.recommended or (Recommended(now_s, current),)
    recent = (*_since(before, now_s - longest_s), Recommended(now_s, recommended))
    stable = _stabilised(policy, recent, now_s, current)
    allowed = _within_rates(policy, memory.changed, now_s, current, stable)
    instances = min(max(allowed, policy.least), policy.most)
    changed = _since(memory.changed, now_s - _longest_period_s(policy))
    if instances != current:
        changed = (*changed, Changed(now_s, instances - current))
    reason = _reason(wishes, recommended, stable, allowed, instances)
    return Decision(instances, recommended, reason, Memory(recent, changed))


def _wish(policy: Policy, current: int, metric: Metric) -> int:
    full = metric.target if metric.full is None else metric.full
    return wanted(current, metric.readings, metric.target, policy.tolerance, full)


def _stabilised(policy: Policy, recent: Sequence[Recommended], now_s: float, current: int) -> int:
    up = min(each.instances for each in _within(recent, now_s, policy.up.window_s))
    down = max(each.instances for each in _within(recent, now_s, policy.down.window_s))
    return min(max(current, up), down)


def _within_rates(
    policy: Policy, changed: Sequence[Changed], now_s: float, current: int, stable: int
) -> int:
    if stable > current:
        limits = (_limit(rate, changed, now_s, current, +1) for rate in policy.up.rates)
        return min(stable, max([current, *limits]))
    if stable < current:
        limits = (_limit(rate, changed, now_s, current, -1) for rate in policy.down.rates)
        return max(stable, min([current, *limits]))
    return current


def _limit(
    rate: Rate, changed: Iterable[Changed], now_s: float, current: int, direction: int
) -> int:
    """The furthest that one rate allows to go from where its period began."""
    began = current - sum(each.by for each in changed if each.at_s > now_s - rate.period_s)
    if rate.unit == "instances":
        return began + direction * int(rate.value)
    share = began * (1 + direction * rate.value / 100)
    # Away from where it began: the rounding never makes a rate stand still.
    return math.ceil(round(share, 9)) if direction > 0 else math.floor(round(share, 9))


def _longest_period_s(policy: Policy) -> float:
    directions: tuple[Direction, ...] = (policy.up, policy.down)
    return max((rate.period_s for each in directions for rate in each.rates), default=0.0)


def _within(recent: Sequence[Recommended], now_s: float, window_s: float) -> list[Recommended]:
    """Those of the window, and in any case the last one."""
    return [each for each in recent if each.at_s > now_s - window_s] or [recent[-1]]


def _since(events: Sequence[Event], since_s: float) -> tuple[Event, ...]:
    return tuple(each for each in events if each.at_s > since_s)


def _reason(
    wishes: dict[str, int], recommended: int, stable: int, allowed: int, instances: int
) -> str:
    words = [f"{name} asks for {wish}" for name, wish in wishes.items()] or ["nothing was measured"]
    if stable != recommended:
        words.append(f"stabilised at {stable}")
    if allowed != stable:
        words.append(f"held to {allowed} by the rate of change")
    if instances != allowed:
        words.append(f"bounded to {instances}")
    return ", ".join(words)
