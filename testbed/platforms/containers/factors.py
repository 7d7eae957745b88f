"""What could favour one side where stores run in containers, declared."""

from testbed.platforms.local import envoy, instances, proxy, servers
from testbed.platforms.local.blueprint import PROVIDER_THREADS

_SHARED = {**instances.FACTORS, **envoy.FACTORS, **proxy.FACTORS, **servers.FACTORS}

COMPOSE = {
    **_SHARED,
    "platform": "compose: one container for each instance, the edge and each database server",
    "instances": "on a bridge network of the deployment, each its own address and port",
    "calls between services": "direct, by the addresses of containers",
    "databases reached": "over TCP on a network of each owner and its server",
    "health checks by the engine": "none; the edge checks as on platform local",
    "usage": "of control groups: CPU to the nanosecond; memory with the kernel's part and recent "
    "pages of files, where platform local counts proportional set sizes",
    "a killed instance": "its address does not answer any more, where a process of platform local "
    "leaves a port that refuses at once",
    "network proxy": "on this machine, at the gateway of the deployment's network",
    "database copies": "made from templates, vacuumed and analysed",
    "payment provider": f"outside the budget, {PROVIDER_THREADS} threads",
    "starting instances": "of a divided budget start on both cores, without a quota, after "
    "everybody else",
}
