"""How long processes wait for a core that others have: the kernel counts it."""

from testbed import procfs


class CoreWait:
    """Begins to count as it is made. Of each process, it counts the main thread."""

    def __init__(self, *pids: int) -> None:
        self._before_s = {pid: procfs.waited_for_cpu_s(pid) for pid in pids}

    def so_far_s(self) -> float | None:
        """Of all processes together; None where the kernel does not count, or one is gone."""
        waited_s = 0.0
        for pid, before_s in self._before_s.items():
            now_s = procfs.waited_for_cpu_s(pid)
            if before_s is None or now_s is None:
                return None
            waited_s += now_s - before_s
        return waited_s
