"""What could favour one side where stores run in containers, declared."""

from testbed.platforms.store import envoy, instances, proxy, servers
from testbed.platforms.store.blueprint import PROVIDER_THREADS

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

SWARM = {
    "platform": "swarm: a service for each role, a task for each instance; database servers are "
    "containers on the services' networks",
    "instances": "tasks on an overlay network of the deployment, which this machine reaches over "
    "docker_gwbridge",
    "a killed instance": "the engine starts another task in its place after 5 s; nobody is told of "
    "it before the fault ends, and whoever is started anew then takes it over",
    "starting instances": "without a quota and on both cores until the engine has made them; one "
    "that is to start slower is frozen for that time",
    "network proxy": "on this machine, at the gateway of docker_gwbridge",
}
