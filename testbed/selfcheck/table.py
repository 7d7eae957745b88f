"""The table of a selfcheck: drawn on a terminal, one plain line for each quantity elsewhere."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from testbed.selfcheck.finding import Finding, Outcome

_STYLES: dict[Outcome, str] = {"passed": "green", "failed": "bold red", "skipped": "yellow"}


def show(console: Console, findings: Sequence[Finding]) -> None:
    if console.is_terminal:
        console.print(_table(findings))
        return
    for finding in findings:
        console.print(_line(finding), highlight=False, soft_wrap=True)


def _table(findings: Sequence[Finding]) -> Table:
    columns = ("Check", "Quantity", "Measured", "Theory", "Off by", "Limit", "", "Note")
    table = Table(*columns, box=None, header_style="bold")
    for finding in findings:
        outcome = f"[{_STYLES[finding.outcome]}]{finding.outcome}[/]"
        cells = (finding.check, finding.quantity, finding.measured, finding.theory)
        table.add_row(*cells, _share(finding), _limit(finding), outcome, finding.note)
    return table


def _line(finding: Finding) -> str:
    note = f" ({finding.note})" if finding.note and finding.deviation is not None else ""
    return f"{finding.outcome:<8}{finding.says}{note}"


def _share(finding: Finding) -> str:
    return "" if finding.deviation is None else f"{finding.deviation:+.1%}"


def _limit(finding: Finding) -> str:
    return "" if finding.limit is None else f"{finding.limit:.0%}"
