"""The page that shows one scenario on several platforms, and its findings as data."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from analysis.page import draw_all, environment, page_style
from analysis.platforms import tables
from analysis.platforms.agreement import agree, agreement
from analysis.platforms.differences import difference_rows
from analysis.platforms.plot import PLOT
from analysis.platforms.side import Sides, load_sides
from analysis.report import require_room
from analysis.summary import Summary
from experiment.record import RunFolder, write_json, write_whole

FINDINGS_NAME = "platforms.json"


class Findings(BaseModel):
    """What the page says, as data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agree: bool | None
    """Whether all verdicts are the same; None when a run carries none."""
    says: str
    """The same in one sentence."""
    summaries: dict[str, Summary]
    """By platform."""

    @property
    def damaged(self) -> list[str]:
        """What of any run could not be read."""
        return [f"{s.run_id}: {each}" for s in self.summaries.values() for each in s.damaged]


def build_comparison(folders: Sequence[RunFolder], target: Path) -> Findings:
    """Write page, figure and findings to ``target``.

    Raises InputError when the runs are not of one scenario on several platforms, and when
    ``target`` holds anything else than an earlier page of this kind.
    """
    require_room(target, FINDINGS_NAME)
    sides = load_sides(folders)
    findings = Findings(
        agree=agree(sides),
        says=agreement(sides),
        summaries={side.platform: side.summary for side in sides.sides},
    )
    target.mkdir(parents=True, exist_ok=True)
    write_json(target / FINDINGS_NAME, findings)
    write_whole(target / "index.html", _page(sides, findings, target).encode())
    return findings


def _page(sides: Sides, findings: Findings, target: Path) -> str:
    figures = draw_all([PLOT], sides, target / "figures")
    return (
        environment()
        .get_template("platforms.html")
        .render(
            sides=sides,
            findings=findings,
            figures={figure.name: figure for figure in figures},
            tables=tables,
            differences=difference_rows(sides),
            style=page_style(),
        )
    )
