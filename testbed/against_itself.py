"""A/A: an arm measured against an equal copy of itself, to see what differs when nothing does."""

from typing import get_args

from experiment.errors import InputError
from experiment.metric import Metric
from experiment.scenario import Scenario
from experiment.store import Architecture, Arm


def against_itself(scenario: Scenario, name: str) -> Scenario:
    """The scenario with two copies of the arm ``name``, called ``name-a`` and ``name-b``.

    Load, phases, metrics and margins stay; the question and the claims go, since an A/A run
    answers none of them. InputError when the scenario has no such arm.
    """
    arm = next((arm for arm in scenario.arms if arm.name == name), None)
    if arm is None:
        names = " and ".join(arm.name for arm in scenario.arms)
        raise InputError(f"--aa {name}: {scenario.name} has no such arm; it has {names}.")
    copies = _copy(arm, "a"), _copy(arm, "b")
    return scenario.model_copy(
        update={
            "title": f"A/A: {scenario.title}",
            "question": f"How far apart do two equal copies of {name} seem?",
            "claims": (),
            "arms": copies,
            "primary": _between(copies, scenario.primary),
            "judged": (),
            "secondary": _secondary(copies, scenario),
        }
    )


def _copy(arm: Arm, letter: str) -> Arm:
    return arm.model_copy(update={"name": f"{arm.name}-{letter}"})


def _secondary(copies: tuple[Arm, Arm], scenario: Scenario) -> tuple[Metric, ...]:
    """Each once: metrics that differ in their arms only are one between two copies."""
    primary = _between(copies, scenario.primary)
    metrics = [_between(copies, metric) for metric in (*scenario.judged, *scenario.secondary)]
    measured = [_what(metric) for metric in (primary, *metrics)]
    return tuple(m for i, m in enumerate(metrics, start=1) if measured[i] not in measured[:i])


def _what(metric: Metric) -> tuple[object, ...]:
    return metric.metric, metric.phase, metric.features


def _between(copies: tuple[Arm, Arm], metric: Metric) -> Metric:
    """The metric between the copies; what it expects is moot, but has to name one of them."""
    direction, where = metric.expects
    if where not in get_args(Architecture):
        where = copies[1].name
    return metric.model_copy(update={"between": None, "expectation": f"{direction} in {where}"})
