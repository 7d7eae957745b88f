"""From changes of state in the journal to the times between them."""

from collections.abc import Iterable, Mapping
from typing import Any

Interval = tuple[float, float]
"""Start and end in seconds from the start of the load."""


def held_intervals(events: Iterable[Mapping[str, Any]], end_s: float) -> dict[str, list[Interval]]:
    """By what was held: when a circuit was open, half-open probes included, or the edge shed load.

    A worker that starts has closed circuits, so its predecessor's end there. What never ended
    lasted to ``end_s``.
    """
    intervals: dict[str, list[Interval]] = {}
    begun: dict[tuple[str, str], float] = {}
    """By name and instance."""

    def end(key: tuple[str, str], at_s: float) -> None:
        intervals.setdefault(key[0], []).append((begun.pop(key), at_s))

    for event in sorted((each for each in events if _is_change(each)), key=_at_s):
        key, at_s = (_name(event), event["instance"]), _at_s(event)
        match event["event"]:
            case "worker-started":
                for lost in [each for each in begun if each[1] == event["instance"]]:
                    end(lost, at_s)
            case "breaker-opened" | "shedding-began":
                begun.setdefault(key, at_s)
            case "breaker-closed" | "shedding-ended" if key in begun:
                end(key, at_s)
    for key in list(begun):
        end(key, end_s)
    return intervals


_CHANGES = frozenset(
    {"worker-started", "breaker-opened", "breaker-closed", "shedding-began", "shedding-ended"}
)


def _is_change(event: Mapping[str, Any]) -> bool:
    return event["event"] in _CHANGES and event["actual_s"] is not None


def _at_s(event: Mapping[str, Any]) -> float:
    return float(event["actual_s"])


def _name(event: Mapping[str, Any]) -> str:
    if event["event"].startswith("shedding"):
        return f"load shed: {event['role']}"
    return f"circuit open: {event['role']} \N{RIGHTWARDS ARROW} {event.get('peer', '')}"
