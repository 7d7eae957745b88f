"""Runs inside a container: which of the hosts in the arguments have a name, and let us connect."""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

POSTGRESQL = 5432
TIMEOUT_S = 1.0


def is_reached(host: str) -> bool:
    try:
        socket.create_connection((host, POSTGRESQL), TIMEOUT_S).close()
    except OSError:  # refused, silent, or without an address
        return False
    return True


hosts = sys.argv[1:]
with ThreadPoolExecutor(len(hosts)) as pool:
    reached = dict(zip(hosts, pool.map(is_reached, hosts), strict=True))
print(json.dumps(reached))  # noqa: T201 - its output is what the test reads
