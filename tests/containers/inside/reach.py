"""Runs inside a container: ``PORT HOST ...``, which hosts have a name and let us connect there."""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

TIMEOUT_S = 1.0


port, hosts = int(sys.argv[1]), sys.argv[2:]


def is_reached(host: str) -> bool:
    try:
        socket.create_connection((host, port), TIMEOUT_S).close()
    except OSError:  # refused, silent, or without an address
        return False
    return True


with ThreadPoolExecutor(len(hosts)) as pool:
    reached = dict(zip(hosts, pool.map(is_reached, hosts), strict=True))
print(json.dumps(reached))  # noqa: T201 - its output is what the test reads
