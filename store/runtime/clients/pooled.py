"""The client by ``urllib3``."""

from collections.abc import Mapping

from urllib3 import HTTPConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError

from store.runtime.clients.exchange import (
    MAX_IDLE_CONNECTIONS,
    BrokenExchangeError,
    NobodyListensError,
    Reply,
)

_NO_RETRIES = Retry(total=False)


class PooledInstance:
    """Implements ``Instance``."""

    def __init__(self, host: str, port: int | None) -> None:
        self.host = host
        self.port = port
        self._pool = HTTPConnectionPool(host, port, maxsize=MAX_IDLE_CONNECTIONS)

    def exchange(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        within_s: float,
    ) -> Reply:
        try:
            return self._pool.urlopen(
                method,
                target,
                body=body,
                headers=headers,
                retries=_NO_RETRIES,
                redirect=False,
                timeout=Timeout(total=within_s),
            )
        except NewConnectionError as error:
            raise NobodyListensError from error
        except HTTPError as error:
            raise BrokenExchangeError(type(error).__name__) from error
