"""A/A: an arm measured against an equal copy of itself, to see what differs when nothing does."""

from experiment.errors import InputError
from experiment.scenario import Scenario
from experiment.store import Arm


def against_itself(scenario: Scenario, name: str) -> Scenario:
    """The scenario with two copies of the arm ``name``, called ``name-a`` and ``name-b``.

    Load, phases, metrics and margins stay; the question and the claims go, since an A/A run
    answers none of them. InputError when the scenario has no such arm, or searches a limit.
    """
    if scenario.search is not None:
        raise InputError(f"--aa: {scenario.name} is a search, which has no A/A run.")
    arm = next((arm for arm in scenario.arms if arm.name == name), None)
    if arm is None:
        names = " and ".join(arm.name for arm in scenario.arms)
        raise InputError(f"--aa {name}: {scenario.name} has no such arm; it has {names}.")
    return scenario.model_copy(
        update={
            "title": f"A/A: {scenario.title}",
            "question": f"How far apart do two equal copies of {name} seem?",
            "claims": (),
            "arms": (_copy(arm, "a"), _copy(arm, "b")),
        }
    )


def _copy(arm: Arm, letter: str) -> Arm:
    return arm.model_copy(update={"name": f"{arm.name}-{letter}"})
