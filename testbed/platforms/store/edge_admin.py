"""Envoy's administration, which can end it and shows all it knows: on a Unix socket of ours."""

import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import orjson

from experiment.errors import RunError

TIMEOUT_S = 2.0


class _OverUnixSocket(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("edge", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(path: Path, target: str) -> dict[str, Any]:
    """What the Envoy at that socket answers to a GET; RunError when it does not."""
    connection = _OverUnixSocket(path)
    try:
        connection.request("GET", target)
        answer: dict[str, Any] = orjson.loads(connection.getresponse().read())
    except (OSError, HTTPException, orjson.JSONDecodeError) as error:
        raise RunError(f"Envoy does not answer on its admin socket: {error}.") from error
    finally:
        connection.close()
    return answer
