"""What the kernel counts of waiting for a core."""

import os
import subprocess
import sys
import time

import pytest

from testbed.core_wait import CoreWait

CORE = max(os.sched_getaffinity(0))
ENOUGH_S = 0.2
BUSY = f"""
import os, time
os.sched_setaffinity(0, {{{CORE}}})
print(flush=True)
end = time.monotonic() + 20
while time.monotonic() < end: pass
"""


def _busy_process() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_two_processes_on_one_core_wait_for_each_other() -> None:
    with _busy_process() as one, _busy_process() as other:
        try:
            wait = CoreWait(one.pid, other.pid)
            if wait.so_far_s() is None:
                pytest.skip("this kernel does not count it")
            deadline = time.monotonic() + 10
            while (wait.so_far_s() or 0.0) < ENOUGH_S and time.monotonic() < deadline:
                time.sleep(0.02)
            assert (wait.so_far_s() or 0.0) >= ENOUGH_S
        finally:
            one.kill()
            other.kill()


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    with _busy_process() as process:
        wait = CoreWait(process.pid)
        process.kill()
    assert wait.so_far_s() is None
