"""The register: every full run that was ever published, what it said, and what became of it.

``results/reference/register.toml`` holds what no folder tells: the word of the day, runs that are
gone, and why. ``python -m analysis.register`` writes the table into ``REGISTER.md`` beside it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import orjson
from pydantic import Field

from analysis.comparison import expected_sign, half_margin
from analysis.statistics import hodges_lehmann, paired_t
from analysis.verdict import judge
from analysis.wording import effect
from experiment.errors import InputError
from experiment.facts import question_of
from experiment.metric import NUMBERS, Metric
from experiment.part import Part
from experiment.record import RunFolder
from experiment.store import Arm
from experiment.toml_file import read_toml

REFERENCE = Path("results/reference")
REGISTER = REFERENCE / "register.toml"
PAGE = REFERENCE / "REGISTER.md"
HEAD = """# Register of full runs

Every full run of a scenario that was ever published with the project, by scenario and time; made by
`make register` from [`register.toml`](register.toml) and the runs themselves. A **question** is
everything that a scenario plans and that decides what is measured: another load, strength, quota or
window is another question, and its number is another. *Then* is the verdict by the rule of the day
of its publication, *now* that of [today's rule](../../docs/method.md#verdict), with what too little
evidence lacks. A run that was replaced can be read in the history, in the commit before the one
that is named.

"""
COLUMNS = (
    "run",
    "question",
    "platform",
    "seed",
    "blocks",
    "effect",
    "then",
    "now",
    "what became of it",
)


class Gone(Part):
    """What a folder would tell of a run that is gone."""

    question: str
    platform: str = "local"
    seed: int
    arms: tuple[Arm, Arm]
    metric: Metric
    effects: tuple[float, ...]
    """By block, on the scale of effects."""


class Entry(Part):
    """One published run."""

    scenario: str
    run: str
    then: str
    """The verdict as it was published."""
    published: Annotated[str, Field(pattern="^[0-9a-f]{7}$")]
    removed: Annotated[str, Field(pattern="^[0-9a-f]{7}$")] | None = None
    why: str = ""
    """Why it was replaced, or what is to be known of it."""
    gone: Gone | None = None


class NotKept(Part):
    """A full run that was measured and never published."""

    scenario: str
    at: str
    seed: int
    says: str


class Register(Part):
    schema_version: Literal[1]
    run: tuple[Entry, ...]
    not_kept: tuple[NotKept, ...] = ()


def read_register(root: Path = Path()) -> Register:
    return Register.model_validate(read_toml(root / REGISTER, "register"))


def page_of(register: Register, root: Path = Path()) -> str:
    """The register as Markdown. InputError when entries and folders do not agree."""
    _require_all(register, root)
    names = sorted({entry.scenario for entry in register.run})
    return HEAD + "\n".join(_section(register, name, root) for name in names)


def _require_all(register: Register, root: Path) -> None:
    there = {file.parent for file in (root / REFERENCE).glob("*/*/plan.json")}
    kept = {_folder(entry, root).path for entry in register.run if entry.removed is None}
    if lost := sorted(kept - there):
        raise InputError(f"{lost[0]} is in the register and not there; say when it went, and why.")
    if new := sorted(there - kept):
        raise InputError(f"{new[0]} is not in the register.")


def _folder(entry: Entry, root: Path) -> RunFolder:
    return RunFolder(root / REFERENCE / entry.scenario / entry.run)


def _section(register: Register, scenario: str, root: Path) -> str:
    entries = sorted((e for e in register.run if e.scenario == scenario), key=lambda e: e.run)
    rows = [_row(entry, root) for entry in entries]
    table = "\n".join(f"| {' | '.join(row)} |" for row in (COLUMNS, ("---",) * len(COLUMNS), *rows))
    others = [each for each in register.not_kept if each.scenario == scenario]
    lines = [f"\nNot kept: {each.at}, seed {each.seed}. {each.says}\n" for each in others]
    return f"## {scenario}\n\n{table}\n{''.join(lines)}"


def _row(entry: Entry, root: Path) -> tuple[str, ...]:
    *before, now = _facts_of_gone(entry.gone) if entry.gone else _facts(_folder(entry, root))
    fate = f"replaced in {entry.removed}" if entry.removed else f"shipped since {entry.published}"
    return (entry.run, *before, entry.then, now, f"{fate}. {entry.why}".rstrip(". ") + ".")


def _facts(folder: RunFolder) -> tuple[str, ...]:
    """Question, platform, seed, blocks, effect, and the verdict as the report has it."""
    plan = folder.read_plan()
    summary = orjson.loads((folder.report / "summary.json").read_bytes())
    primary = summary["primary"]
    metric = Metric.model_validate(primary["metric"])
    said = _effect(metric, primary["effect"], primary["interval"])
    now = _with_lacks(str(summary["outcome"]), (primary.get("verdict") or {}).get("lacks", ()))
    blocks = str(len(primary["blocks"]))
    return question_of(plan), plan.platform, str(plan.seed), blocks, said, now


def _with_lacks(outcome: str, lacks: Sequence[str]) -> str:
    return f"{outcome}: {', '.join(lacks)}" if lacks else outcome


def _facts_of_gone(gone: Gone) -> tuple[str, ...]:
    estimate = (hodges_lehmann if gone.metric.metric in NUMBERS else paired_t)(gone.effects)
    sign = expected_sign(gone.arms[1], gone.metric)
    verdict = judge(estimate, half_margin(gone.metric), sign, floor=None)
    now = _with_lacks(verdict.outcome, verdict.lacks)
    said = _effect(gone.metric, estimate.value, estimate.interval)
    blocks = str(estimate.n)
    return gone.question, gone.platform, str(gone.seed), blocks, said, now


def _effect(metric: Metric, value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "none"
    bounds = "" if interval is None else f" ({' to '.join(effect(metric, b) for b in interval)})"
    return f"{metric.metric} {effect(metric, value)}{bounds}"


if __name__ == "__main__":
    PAGE.write_text(page_of(read_register()), encoding="utf-8")
