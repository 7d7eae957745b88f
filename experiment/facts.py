"""Facts in which two measurements must agree before one may join, or go on with, the other."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from experiment.record import Plan

MAY_DIFFER = frozenset({"seed", "blocks"})
"""Of a scenario: they say how much is measured, not what."""

_FACTS: Mapping[str, Callable[[Plan], Any]] = {
    "the schema version": lambda plan: plan.schema_version,
    "the kind of run": lambda plan: "A/A" if plan.aa else "comparison",
    "the scenario": lambda plan: plan.scenario.name,
    "the profile": lambda plan: plan.profile,
    "the platform": lambda plan: plan.platform,
    "the CPU model": lambda plan: plan.machine.cpu_model,
    "the number of cores": lambda plan: plan.machine.cores,
    "the kernel": lambda plan: plan.machine.kernel,
}


def differing_fact(one: Plan, other: Plan) -> str | None:
    """The first checked fact in which two plans differ, as a sentence; None when all agree.

    Checked are schema version, kind, profile and platform of the run, the machine (CPU model,
    cores, kernel), the scenario, code, versions, factors and hashes. Seeds, number of blocks, load
    before the run and noise floor may differ. Code agrees when both are of the same commit.
    """
    return next(_differences(one, other), None)


def differing_entry(kind: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """The first entry, by name, that two tables do not share: versions, factors, or limits."""
    for name in sorted({*one, *other}):
        ours, theirs = (table.get(name, "nothing on record") for table in (one, other))
        if ours != theirs:
            return _sentence(f"{kind} {name}", ours, theirs)
    return None


def _differences(one: Plan, other: Plan) -> Iterator[str]:
    for name, fact in _FACTS.items():
        if fact(one) != fact(other):
            yield _sentence(name, fact(one), fact(other))
    tables = [
        ("the scenario's", scenario_members(one), scenario_members(other)),
        ("the version of", one.versions, other.versions),
        ("the factor", one.factors, other.factors),
        ("the hash of", one.hashes, other.hashes),
    ]
    if said := _differing_commit(one, other):
        yield said
    yield from (said for table in tables if (said := differing_entry(*table)))


def _differing_commit(one: Plan, other: Plan) -> str | None:
    """Changed files have no name, so they never count as the same."""
    for plan in (one, other):
        if not plan.is_of_a_commit:
            return f"the code of run {plan.run_id} is not that of a commit ({plan.commit})"
    return _sentence("the commit", one.commit, other.commit) if one.commit != other.commit else None


def scenario_members(plan: Plan) -> dict[str, Any]:
    """Members of the scenario by their path, such as ``load.rate``."""
    return dict(_flat(plan.scenario.model_dump(exclude=set(MAY_DIFFER)), ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = dict(enumerate(value)).items()
    else:
        yield path, value
        return
    for name, member in items:
        yield from _flat(member, f"{path}.{name}" if path else str(name))


def _sentence(name: str, one: Any, other: Any) -> str:
    return f"{name} differs: {one} and {other}"


NO_QUESTION = frozenset({"name", "title", "question", "claims", "seed", "blocks"})
"""Members of a scenario that do not decide what is measured."""


def question_of(plan: Plan) -> str:
    """Eight hexadecimal digits that stand for what the scenario plans to measure.

    Two runs with the same digits ask the same: load, phases, faults, arms, budget, objective,
    metrics and margins agree. Words do not count, nor members that have their default, so that a
    new member with a default leaves old questions what they were.
    """
    members = plan.scenario.model_dump(mode="json", exclude=set(NO_QUESTION), exclude_defaults=True)
    content = orjson.dumps(_without_words(members), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:8]


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_words(each) for key, each in value.items() if key != "says"}
    return [_without_words(each) for each in value] if isinstance(value, list) else value
