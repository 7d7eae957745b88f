"""The table of a selfcheck: drawn on a terminal, one plain line for each quantity elsewhere."""

from collections.abc import Sequence

from testbed.selfcheck.finding import Finding, Outcome
from testbed.terminal import Row, Terminal

_STYLES: dict[Outcome, str] = {"passed": "green", "failed": "bold red", "skipped": "yellow"}
_HEAD = ("Check", "Quantity", "Measured", "Theory", "Off by", "Limit", "", "Note")


def show(console: Terminal, findings: Sequence[Finding]) -> None:
    if console.is_terminal:
        console.show([_row(finding) for finding in findings], head=_HEAD)
        return
    for finding in findings:
        console.say(_line(finding))


def _row(finding: Finding) -> Row:
    outcome = (finding.outcome, _STYLES[finding.outcome])
    cells = (finding.check, finding.quantity, finding.measured, finding.theory)
    return (*cells, _share(finding), _limit(finding), outcome, finding.note)


def _line(finding: Finding) -> str:
    note = f" ({finding.note})" if finding.note and finding.deviation is not None else ""
    return f"{finding.outcome:<8}{finding.says}{note}"


def _share(finding: Finding) -> str:
    return "" if finding.deviation is None else f"{finding.deviation:+.1%}"


def _limit(finding: Finding) -> str:
    return "" if finding.limit is None else f"{finding.limit:.0%}"
