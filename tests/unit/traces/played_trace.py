"""Access logs, traces made of them, and a scenario that plays one."""

import re
from pathlib import Path

from testbed.traces.importing import import_log
from testbed.traces.mapping import OF_THE_PROJECT, read_table
from testbed.traces.reading import Reading, Rules
from tests import one_outage


def import_plain(log: Path, out: Path, rules: Rules | None = None) -> Reading:
    return import_log(log, out, read_table(OF_THE_PROJECT), rules or Rules())[0]


def log_of(folder: Path, *times: str, request: str = "GET / HTTP/1.1") -> Path:
    lines = [f'::1 - - [01/Jan/2026:{time} +0000] "{request}" 200 1' for time in times]
    file = folder / "access.log"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def scenario_with_trace(folder: Path, lasts_s: int, *, speed: float = 1, more: str = "") -> Path:
    import_plain(
        log_of(folder, "08:00:00", "08:00:10", "08:00:40", "08:01:39"), folder / "shop.trace"
    )
    text = one_outage.FILE.read_text(encoding="utf-8")
    head, _, tail = text.partition("[load]")
    _, _, tail = tail.partition("[[phases]]")
    tail = re.sub(r"seconds = .*", f"seconds = {{ smoke = 1, demo = 2, full = {lasts_s} }}", tail)
    shape = f'[load.shape]\nkind = "trace"\nfile = "shop.trace"\nspeed = {speed}\n'
    file = folder / "mine.toml"
    file.write_text(f"{head}[load]\n{more}\n{shape}\n[[phases]]{tail}", encoding="utf-8")
    return file
