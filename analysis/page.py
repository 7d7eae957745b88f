"""The report as one HTML page that needs nothing else."""

import base64
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from analysis import (
    aa_wording,
    books,
    fault_matrix,
    footprint,
    guarantees,
    policy_table,
    stage,
    tables,
    verdict_table,
)
from analysis.checklist import checklist
from analysis.limits import limits_of
from analysis.measured import MeasuredRun
from analysis.money import tables as money
from analysis.plots.drawing import draw_side_by_side
from analysis.plots.plot import Plot, Run
from analysis.published import load_literature
from analysis.recovery import tables as recovery
from analysis.scaling import saying as scaling_saying
from analysis.scaling import tables as scaling
from analysis.scaling import wording as scaling_wording
from analysis.setup import setup_rows
from analysis.summary import Summary
from experiment.errors import InputError
from experiment.prices import Prices
from experiment.visible import visible

LARGEST_SVG = 120_000
"""Bytes beyond which a figure is shown as PNG, so that the page stays quick to open."""


@dataclass(frozen=True)
class Shown:
    """A figure on the page."""

    name: str
    title: str
    caption: str
    source: str
    """Data URI."""


def draw_all(plots: Sequence[Plot[Run]], run: Run, folder: Path) -> list[Shown]:
    """Draw every figure as SVG and PNG into ``folder``, in place of all that was there."""
    if folder.is_symlink() or folder.is_file():
        raise InputError(f"{folder} is no folder of figures; remove it.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    files = draw_side_by_side(plots, run, folder)
    return [_shown(plot, run, *both) for plot, both in zip(plots, files, strict=True)]


def _shown(plot: Plot[Run], run: Run, svg: Path, png: Path) -> Shown:
    """A figure as the page embeds it: SVG, or PNG where that is too large."""
    small = svg.stat().st_size <= LARGEST_SVG
    kind, file = ("svg+xml", svg) if small else ("png", png)
    encoded = base64.b64encode(file.read_bytes()).decode()
    return Shown(plot.name, plot.title, plot.caption(run), f"data:image/{kind};base64,{encoded}")


def render(run: MeasuredRun, summary: Summary, figures: list[Shown], prices: Prices) -> str:
    """The whole page; ``figures`` is empty when no block is complete."""
    own = {
        "limits": limits_of(run, summary),
        "checklist": checklist(run),
        "fault_matrix": fault_matrix,
        "footprint": footprint,
        "policies": policy_table,
        "books": books,
        "guarantees": guarantees,
        "recovery": recovery,
        "scaling": scaling,
        "scaling_saying": scaling_saying,
        "scaling_wording": scaling_wording,
        "stage": stage,
        "money": money,
        "prices": prices,
    }
    return fill("report.html", run, summary, figures, **own)


def fill(
    template: str, run: MeasuredRun, summary: Summary, figures: list[Shown], **own: object
) -> str:
    """A page of this template, which finds in ``own`` what only its kind of report has."""
    page = environment().get_template(template)
    return page.render(
        **_frame(run, figures),
        summary=summary,
        chips=_chips(run, summary),
        tables=tables,
        aa=aa_wording,
        verdicts=verdict_table,
        **own,
    )


def environment(package: str = "analysis") -> Environment:
    """Templates of a package, and behind them those that all reports share."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("analysis")]),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _harmless(value: object) -> object:
    """What is put into a page: data could turn the direction of all that follows them."""
    is_plain = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(str(value)) if is_plain else value


def page_style() -> str:
    """The style sheet of every page."""
    return resources.files("analysis").joinpath("templates/report.css").read_text("utf-8")


def _frame(run: MeasuredRun, figures: list[Shown]) -> dict[str, Any]:
    """What the frame of every report needs, whatever was measured."""
    literature = load_literature()
    return {
        "run": run,
        "plan": run.plan,
        "scenario": run.scenario,
        "setup": setup_rows(run),
        "figures": {figure.name: figure for figure in figures},
        "claims": {claim: literature.claims[claim] for claim in run.scenario.claims},
        "findings": literature.on(run.scenario.claims),
        "style": page_style(),
        # As it is on record: without what later versions would add to it.
        "plan_json": run.plan.model_dump_json(indent=2, exclude_unset=True),
    }


def _chips(run: MeasuredRun, summary: Summary) -> list[str]:
    """The facts of a run in a few words each."""
    gates = [gate for record in run.records for gate in record.gates]
    passed = sum(gate.passed for gate in gates)
    machine, platform = run.plan.machine, run.plan.platform
    return [
        *([] if platform == "local" else [f"platform {platform}"]),
        f"{summary.blocks_complete} of {summary.blocks_planned} blocks complete",
        f"{passed} of {len(gates)} gates passed",
        f"profile {run.plan.profile}",
        f"{machine.cores} cores, {machine.cpu_model}",
        f"seed {run.plan.seed}",
        f"started {run.plan.started_at}",
    ]
