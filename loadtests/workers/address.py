"""Where a master of the load listens."""

import socket
from dataclasses import dataclass
from typing import Self

from experiment.errors import InputError

DEFAULT_PORT = 5557
"""Locust's."""
KNOCK_WITHIN_S = 2.0


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``HOST:PORT`` or ``HOST``; InputError, in one sentence, for anything else."""
        host, _, port = text.rpartition(":") if ":" in text else (text, "", str(DEFAULT_PORT))
        if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise InputError(f"{text!r} is no address; write HOST:PORT, such as 10.0.0.1:5557.")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def is_open(self) -> bool:
        """Whether somebody listens there."""
        try:
            socket.create_connection((self.host, self.port), KNOCK_WITHIN_S).close()
        except OSError:
            return False
        return True

    def require_free(self) -> None:
        """Raise InputError when nobody could listen there, because it is taken or elsewhere."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise InputError(f"Nothing can listen at {self}: {error.strerror}.") from error
