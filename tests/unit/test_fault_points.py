import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from store.runtime import faults
from store.runtime.faults import FaultPoints, InjectedError
from store.runtime.telemetry import read_counters


def _arm(file: Path, *armed: dict[str, object]) -> Path:
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"faults": list(armed)}))
    part.replace(file)
    return file


def test_a_process_without_a_faults_file_never_fails() -> None:
    FaultPoints(None).reach("recommendations")


def test_a_fault_strikes_its_own_role_only(tmp_path: Path) -> None:
    points = FaultPoints(_arm(tmp_path / "faults", {"role": "search", "kind": "error"}))
    points.reach("recommendations")
    with pytest.raises(InjectedError):
        points.reach("search")


def test_a_share_of_errors_is_the_share_that_was_asked_for(tmp_path: Path) -> None:
    armed = {"role": "search", "kind": "error", "probability": 0.3, "seed": 5}
    points = FaultPoints(_arm(tmp_path / "faults", armed))
    struck = 0
    for _ in range(5_000):
        try:
            points.reach("search")
        except InjectedError:
            struck += 1
    assert struck / 5_000 == pytest.approx(0.3, abs=0.03)


def test_a_delay_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    armed = {"role": "search", "kind": "delay", "seconds": 0.2}
    points = FaultPoints(_arm(tmp_path / "faults", armed))
    start = time.monotonic()
    points.reach("search")
    assert time.monotonic() - start == pytest.approx(0.2, abs=0.05)


def test_a_hang_ends_when_the_fault_is_lifted(tmp_path: Path) -> None:
    file = _arm(tmp_path / "faults", {"role": "search", "kind": "hang"})
    points = FaultPoints(file)
    caller = threading.Thread(target=points.reach, args=("search",))
    caller.start()
    caller.join(0.3)
    assert caller.is_alive()
    _arm(file)
    caller.join(2.0)
    assert not caller.is_alive()


def test_a_crash_is_counted_before_it_kills_its_process(tmp_path: Path) -> None:
    file = _arm(tmp_path / "faults", {"role": "search", "kind": "crash"})
    code = (
        "import sys; from pathlib import Path\n"
        "from store.runtime.faults import FaultPoints\n"
        "from store.runtime.telemetry import Telemetry\n"
        f"counters = Telemetry(Path({str(tmp_path / 'counters')!r}))\n"
        f"FaultPoints(Path({str(file)!r}), counters.fault_hit).reach('search')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert read_counters(tmp_path / "counters").fault_hits == 1


def test_the_faults_file_is_looked_at_again_within_its_interval(tmp_path: Path) -> None:
    file = tmp_path / "faults"
    points = FaultPoints(file)
    points.reach("search")
    _arm(file, {"role": "search", "kind": "error"})
    time.sleep(2 * faults.RELOAD_EVERY_S)
    with pytest.raises(InjectedError):
        points.reach("search")
