"""An access log read line by line: what counts, what is left out, and whether its times hold."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import get_args

from experiment.errors import InputError
from experiment.load import Journey
from testbed.traces.log_lines import Hit, StatusClass, parse, without_query
from testbed.traces.mapping import JourneyTable, Meaning
from testbed.traces.opening import opened

JOURNEYS: tuple[Journey, ...] = get_args(Journey)
LONGEST_LINE = 65_536
"""Bytes; of a longer line the beginning is read, and a file without line ends is not kept whole."""
MOST_PATHS = 10_000
"""Paths that fit no rule and are told apart; a scanner may ask for millions."""
SHOWN_BAD_LINES = 5
SHOWN_OF_LINE = 120
"""Characters."""


@dataclass(frozen=True)
class Rules:
    """What of a log counts, and what it may do."""

    max_gap_s: float = 3_600.0
    max_back_s: float = 60.0
    """Lines are written when requests end, so their times are out of order by some seconds."""
    begin_s: float = float("-inf")
    """Seconds since 1970: earlier lines are left out, as are those from ``end_s`` on."""
    end_s: float = float("inf")
    left_out: frozenset[StatusClass] = frozenset()
    """Requests that were answered so are no arrivals."""


@dataclass
class Reading:
    """What a log holds; memory is nine bytes per arrival."""

    lines: int = 0
    """As an editor numbers them; each is of one of the kinds below, or an arrival."""
    empty: int = 0
    """As rotated files have them where they were joined."""
    bad: int = 0
    first_bad: dict[int, str] = field(default_factory=dict)
    outside: int = 0
    disordered: int = 0
    ignored: int = 0
    unmapped: int = 0
    left_out: int = 0
    """By their status."""
    answered: Counter[StatusClass] = field(default_factory=Counter)
    """Of the arrivals and those left out by their status."""
    unmapped_paths: Counter[str] = field(default_factory=Counter)
    first_s: int | None = None
    last_s: int = 0
    """Of all lines that count, whether they are arrivals or not."""
    seconds: "array[int]" = field(default_factory=lambda: array("q"))
    journeys: "array[int]" = field(default_factory=lambda: array("b"))
    """Indices of ``JOURNEYS``, one for each of ``seconds``."""
    sha256: str = ""
    """Of the whole log as it came, compressed or not."""

    def add_bad(self, text: str) -> None:
        self.bad += 1
        if len(self.first_bad) < SHOWN_BAD_LINES:
            self.first_bad[self.lines] = without_query(text)[:SHOWN_OF_LINE]

    def add_unmapped(self, hit: Hit) -> None:
        self.unmapped += 1
        name = f"{hit.method} {without_query(hit.path)}".strip()
        if name in self.unmapped_paths or len(self.unmapped_paths) < MOST_PATHS:
            self.unmapped_paths[name] += 1


def read_log(log: Path, table: JourneyTable, rules: Rules) -> Reading:
    """Read a log, plain or gzip, from a file or standard input (``-``).

    Raises InputError when it cannot be read or its times jump further than the rules allow.
    """
    reading = Reading()
    journey_of = lru_cache(maxsize=65_536)(table.journey_of)
    with opened(log) as (blocks, sha256):
        for line in _lines(blocks):
            reading.lines += 1
            text = line.decode(errors="replace").rstrip("\r")
            hit = parse(text)
            if hit is None:
                _count_other(reading, text)
            elif rules.begin_s <= hit.time_s < rules.end_s:
                meaning = journey_of(hit.method, hit.path) if hit.has_path else None
                _take(reading, hit, meaning, rules)
            else:
                reading.outside += 1
        reading.sha256 = sha256()
    return reading


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends; of those longer than ``LONGEST_LINE`` the beginning."""
    begun = b""
    for block in blocks:
        first, *more = block.split(b"\n")
        begun = (begun + first)[:LONGEST_LINE]
        if more:
            yield begun
            *whole, begun = more
            yield from (line[:LONGEST_LINE] for line in whole)
    if begun:
        yield begun[:LONGEST_LINE]


def _count_other(reading: Reading, text: str) -> None:
    if text.strip():
        reading.add_bad(text)
    else:
        reading.empty += 1


def _take(reading: Reading, hit: Hit, meaning: Meaning | None, rules: Rules) -> None:
    _keep_time(reading, hit.time_s, rules)
    if meaning is None:
        reading.add_unmapped(hit)
    elif meaning == "ignore":
        reading.ignored += 1
    else:
        _add_arrival(reading, hit, JOURNEYS.index(meaning), rules)


def _add_arrival(reading: Reading, hit: Hit, journey: int, rules: Rules) -> None:
    reading.answered[hit.status] += 1
    if hit.status in rules.left_out:
        reading.left_out += 1
    else:
        reading.seconds.append(hit.time_s)
        reading.journeys.append(journey)


def _keep_time(reading: Reading, time_s: int, rules: Rules) -> None:
    if reading.first_s is None:
        reading.first_s = reading.last_s = time_s
    elif time_s >= reading.last_s:
        _require(reading, time_s - reading.last_s, rules.max_gap_s, "after", "--max-gap")
        reading.last_s = time_s
    else:
        _require(reading, reading.last_s - time_s, rules.max_back_s, "before", "--max-back")
        reading.disordered += 1
        reading.first_s = min(reading.first_s, time_s)


def _require(reading: Reading, jump_s: int, most_s: float, where: str, option: str) -> None:
    if jump_s > most_s:
        raise InputError(
            f"Line {reading.lines} is {jump_s} s {where} the latest line so far, "
            f"{utc(reading.last_s)}; accept it with {option} {jump_s}, "
            "or cut a window with --from and --to."
        )


def utc(time_s: float) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(time_s, UTC).isoformat()


def most_frequent(reading: Reading, number: int) -> list[tuple[str, int]]:
    """The unmapped requests that were made most often."""
    return reading.unmapped_paths.most_common(number)
