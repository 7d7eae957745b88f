"""The product page as fast as Python writes it: an ASGI function, asyncpg, nothing around them.

Statements, rules and answer are those of the bare handler. Where that one has threads with a
connection each, this has one event loop and as many connections.
"""

import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import asyncpg
import uvicorn
from psycopg.conninfo import conninfo_to_dict

from monolith.catalog import _FIND as FIND_PRODUCTS
from monolith.inventory import _ON_HAND as ON_HAND
from monolith.storefront import RECOMMENDED
from store.runtime.serving import KEEP_ALIVE_S
from store.runtime.settings import Settings, SettingsError
from testbed.bench.stores.page import page_of, trained

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def main() -> None:
    """Serve by uvicorn, the most used server of its kind, with a loop and a parser in C."""
    app, listener = sys.argv[1:]
    config = uvicorn.Config(
        app, factory=True, loop="uvloop", http="httptools", lifespan="on", proxy_headers=False,
        access_log=False, log_level="warning", timeout_keep_alive=KEEP_ALIVE_S,
    )  # fmt: skip
    # Not by its option fd: it takes that for a Unix socket, whose connections are left to Nagle's
    # algorithm, and every answer comes 40 ms late.
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(listener))])


def create_app() -> "Application":
    """From the environment of this process, as the monolith."""
    return Application(Settings.from_environment())


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # it publishes no types
    """Goes back to its pool as it is, without a statement that would clean it for somebody else."""

    def get_reset_query(self) -> str:
        return ""


class Application:
    """Answers product pages, and whether it is ready; all else is an exception."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise SettingsError("the ASGI page needs a database")
        self._database_url = settings.database_url
        self._connections = settings.threads
        self._passes = settings.recommendation_passes
        self._model = trained(settings.database_url, settings.recommendation_factors).model

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/readyz":
            await _answer(send, b"{}")
        else:
            product_id = int(scope["path"].removeprefix("/api/product-pages/"))
            await _answer(send, await self._page(product_id))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        where = _as_keywords(self._database_url)
        pool = asyncpg.create_pool(
            **where, min_size=1, max_size=self._connections, connection_class=_Connection
        )
        async with pool as self._pool:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _page(self, product_id: int) -> bytes:
        scored = self._model.recommend(product_id, RECOMMENDED, self._passes)
        wanted = [product_id, *(other for other, _ in scored)]
        async with self._pool.acquire() as connection:
            found = await connection.fetch(_numbered(FIND_PRODUCTS), wanted)
            stock = await connection.fetchval(_numbered(ON_HAND), product_id)
        return page_of(product_id, {row[0]: tuple(row) for row in found}, stock, scored)


def _as_keywords(database_url: str) -> dict[str, Any]:
    """What libpq understands, in the words of asyncpg."""
    known = conninfo_to_dict(database_url)
    database = known.pop("dbname")
    return {**known, "database": database}


def _numbered(statement: str) -> str:
    """A statement of one parameter in the notation of asyncpg, which is PostgreSQL's own."""
    return statement.replace("%s", "$1")


async def _answer(send: Send, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    main()
