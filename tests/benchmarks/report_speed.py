"""How long a report takes and how much memory: ``python -m tests.benchmarks.report_speed ROWS``.

Makes a synthetic run in a temporary folder and builds its report in a fresh process, as
``twinstack report`` does; prints the wall time, start of Python included, and the peak of the
resident memory.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.synthetic_run import make_synthetic_run


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_synthetic_run(Path(scratch) / "run", rows)
        for words in (["report", str(folder.path)], _export(folder.path)):
            seconds, cpu_s, peak_mb = _measure([sys.executable, "-m", "testbed", *words])
            print(  # noqa: T201 - its output
                f"{words[0]} of {rows:,} rows: {seconds:.1f} s, "
                f"{cpu_s:.1f} s of CPU, {peak_mb:,.0f} MB at most"
            )


def _export(run: Path) -> list[str]:
    return ["export", str(run), "--csv", str(run / "csv")]


def _measure(command: list[str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak resident memory in MB; CalledProcessError when it fails."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
