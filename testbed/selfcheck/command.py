"""What ``twinstack selfcheck`` does: the checks one after the other, the table, the record."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from experiment.errors import RunError
from experiment.output import require_file
from experiment.record import write_json
from testbed import machine
from testbed.platforms.machine.affinity import split
from testbed.selfcheck.bench import Bench
from testbed.selfcheck.check import Check, Profile
from testbed.selfcheck.checks import CHECKS
from testbed.selfcheck.finding import Finding, SelfcheckRecord
from testbed.selfcheck.table import show
from testbed.stopping import Stopped
from testbed.telling import Telling, telling
from testbed.terminal import Terminal


def selfcheck(console: Terminal, profile: Profile, out: Path | None) -> None:
    """Make all checks, show them, write ``out``; RunError names the first that failed."""
    if out is not None:
        require_file(out)
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    this_machine, cores = machine.this_machine(), split(os.sched_getaffinity(0)).says
    try:
        with Bench() as bench, telling(console) as tell:
            findings = findings_of(bench, profile, CHECKS, tell)
    except Stopped as stopped:
        raise RunError("Stopped; nothing is left running and nothing was written.") from stopped
    show(console, findings)
    if out is not None:
        record = SelfcheckRecord(
            started_at=started_at,
            profile=profile,
            machine=this_machine,
            cores=cores,
            versions=machine.versions(),
            commit=machine.commit_of_code(),
            findings=tuple(findings),
        )
        write_json(out, record)
    require_passed(findings)


def findings_of(
    bench: Bench, profile: Profile, checks: Sequence[Check], tell: Telling
) -> list[Finding]:
    """Make the checks; one that cannot be made is one that failed."""
    findings: list[Finding] = []
    for number, check in enumerate(checks, start=1):
        seconds = check.seconds(profile)
        if seconds is None:
            note = "left out: it needs more arrivals than a quick selfcheck has time for"
            findings.append(Finding(check=check.name, quantity="", outcome="skipped", note=note))
            continue
        tell(f"{number} of {len(checks)}: {check.name}, {seconds:g} s of load")
        findings += _findings_of(check, bench, seconds)
    return findings


def _findings_of(check: Check, bench: Bench, seconds: float) -> Sequence[Finding]:
    try:
        return check.run(bench, seconds)
    except RunError as error:
        return [Finding(check=check.name, quantity="", outcome="failed", note=str(error))]


def require_passed(findings: Sequence[Finding]) -> None:
    """RunError, one sentence, when a check failed."""
    failed = [finding for finding in findings if finding.outcome == "failed"]
    if failed:
        more = f" ({len(failed) - 1} more failed)" if len(failed) > 1 else ""
        raise RunError(f"The selfcheck failed{more}: {failed[0].says.rstrip('.')}.")
