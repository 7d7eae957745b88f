"""What goes wrong on the network of a store: callers are led past a proxy, and back again."""

import time
from collections.abc import Callable, Collection
from functools import partial

from urllib3.util import parse_url

from store.runtime.peers import STAT_EVERY_S
from store.runtime.telemetry import Counters
from testbed.network.impairment import Impairment, Tally
from testbed.platforms.machine.processes import OwnedProcess
from testbed.platforms.machine.usage import ProcessLook
from testbed.platforms.platform import Hop, RoleUsage
from testbed.platforms.store.directory import Directory
from testbed.platforms.store.ground import Ground
from testbed.platforms.store.proxy import Proxy


class Network:
    """Starts its proxy when it is first needed; ``close`` lets go of it."""

    def __init__(
        self,
        directory: Directory,
        ground: Ground,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._directory = directory
        self._ground = ground
        self._sleep = sleep
        self._proxy: Proxy | None = None

    @property
    def processes(self) -> list[OwnedProcess]:
        return [self._proxy.process] if self._proxy is not None else []

    def make_ready(self) -> Proxy:
        """The proxy; a new one in place of one that died."""
        if self._proxy is None or not self._proxy.process.is_alive:
            self.close()
            self._proxy = self._ground.start_proxy()
        return self._proxy

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> "ImpairedHops":
        """Implement ``RunningStore.impair``."""
        impaired = ImpairedHops(self.make_ready(), self._ground, self._directory, hops, impairment)
        try:
            impaired.begin()
            self._sleep(STAT_EVERY_S)  # so long a caller may go by what it has read before
        except BaseException:
            impaired.mend()
            raise
        return impaired

    def usage(self) -> list[RoleUsage]:
        """Of the proxy, where there is one: a process of this machine on every platform."""
        look = ProcessLook()
        return [
            RoleUsage(
                role="network-proxy",
                instances=int(process.is_alive),
                cpu_s=look.cpu_s(process),
                memory_mb=look.memory_mb(process),
                counters=Counters(),
            )
            for process in self.processes
        ]

    def close(self) -> None:
        if self._proxy is not None:
            self._proxy.close()


class ImpairedHops:
    """Implements ``ImpairedNetwork``."""

    def __init__(
        self,
        proxy: Proxy,
        ground: Ground,
        directory: Directory,
        hops: Collection[Hop],
        impairment: Impairment,
    ) -> None:
        self._proxy = proxy
        self._ground = ground
        self._directory = directory
        self._hops = hops
        self._impairment = impairment
        self._passages: dict[tuple[Hop, str], tuple[int, str]] = {}
        """By hop and URL of the callee's instance: the proxy's number and URL for it."""
        self._refused_before = self._ground.refused_connections()
        self._is_mended = False

    def begin(self) -> None:
        self._directory.lead({hop: partial(self._past, hop) for hop in self._hops})

    def mend(self) -> None:
        """Callers are led back even when the proxy is dead."""
        if self._is_mended:
            return
        self._is_mended = True
        try:
            if self._proxy.process.is_alive:
                for number, _ in self._passages.values():
                    self._proxy.ask({"mend": number})
        finally:
            self._directory.lead_back(self._hops)

    def tally(self) -> Tally:
        total = Tally(refused=self._ground.refused_connections() - self._refused_before)
        for number, _ in self._passages.values():
            total.add(Tally(**self._proxy.ask({"count": number})))
        return total

    def _past(self, hop: Hop, url: str) -> str:
        """Where the proxy listens for calls of the hop to the instance at ``url``."""
        if (hop, url) not in self._passages:
            ground, called = self._ground, parse_url(url)
            callee = ground.from_here((str(called.host), int(called.port or 0)))
            host = ground.proxy_host(hop.callee)
            number, port = self._proxy.open_passage(self._impairment, callee, host)
            self._passages[hop, url] = number, f"http://{host}:{port}"
        return self._passages[hop, url][1]
