"""A store as a network of stations that journeys walk through."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from simpy import Environment, Event

from projection.flow import Flow, Fork, Series, Wait, Work

Steps = Generator[Event, Any, None]


class Station(Protocol):
    """Where work is done."""

    def run(self, cpu_s: float) -> Event: ...


@dataclass(frozen=True)
class Step:
    """One request of a journey."""

    operation: str
    planned_s: float
    """By the schedule; it begins then, or when the step before has ended."""


@dataclass(frozen=True)
class Answered:
    operation: str
    intended_s: float
    ended_s: float

    @property
    def response_ms(self) -> float:
        return 1000 * (self.ended_s - self.intended_s)


@dataclass
class Network:
    """Sends journeys through the flows of their operations and notes each answer."""

    env: Environment
    stations: Mapping[str, Station]
    flows: Mapping[str, Flow]
    rng: np.random.Generator
    answered: list[Answered] = field(default_factory=list)

    def admit(self, journeys: Sequence[Sequence[Step]]) -> None:
        """Let journeys come at the time of their first step."""
        for journey in journeys:
            self.env.process(self._walk(journey))

    def _walk(self, journey: Sequence[Step]) -> Steps:
        for step in journey:
            if step.planned_s > self.env.now:
                yield self.env.timeout(step.planned_s - self.env.now)
            intended_s = self.env.now
            yield from self._through(self.flows[step.operation])
            self.answered.append(Answered(step.operation, intended_s, self.env.now))

    def _through(self, flow: Flow) -> Steps:
        match flow:
            case Work(role, cpu_s):
                yield self.stations[role].run(cpu_s)
            case Wait(seconds):
                yield self.env.timeout(seconds[self.rng.integers(len(seconds))])
            case Series(parts):
                for part in parts:
                    yield from self._through(part)
            case Fork(parts):
                yield self.env.all_of([self.env.process(self._through(part)) for part in parts])


def simulate(
    make_stations: Callable[[Environment], Mapping[str, Station]],
    flows: Mapping[str, Flow],
    journeys: Sequence[Sequence[Step]],
    until_s: float,
    rng: np.random.Generator,
) -> list[Answered]:
    """Every answer that came before ``until_s``."""
    env = Environment()
    network = Network(env, make_stations(env), flows, rng)
    network.admit(journeys)
    env.run(until=until_s)
    return network.answered
