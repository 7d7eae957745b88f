import subprocess
import sys

import pytest

from testbed import procfs
from testbed.cpu_clock import cpu_s, cpu_s_of_trees

_BURN = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"


def test_the_clock_of_another_process_is_what_that_process_used() -> None:
    burn = [sys.executable, "-c", _BURN]
    with subprocess.Popen(burn, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        found = cpu_s(other.pid)
        stat = procfs.read_stat(other.pid)
        assert stat is not None
        assert 0.2 <= found < 1.0
        assert abs(found - stat.cpu_s) < 0.03
        assert cpu_s_of_trees([other.pid]) >= found
        other.communicate()


def test_a_process_that_is_gone_has_no_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as other:
        other.wait()
    with pytest.raises(ProcessLookupError):
        cpu_s(other.pid)
