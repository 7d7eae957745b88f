"""Small HTTP servers whose behaviour is known."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from experiment.store import Sample
from loadtests.operations import PAGE_SIZE
from loadtests.truth import truth_of
from store.rules.checkout import order_id

RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: closing sends RST

Request = tuple[str, str, dict[str, str], bytes]
Reply = tuple[int, dict[str, Any]]


class Vanish(Exception):  # noqa: N818 - an instruction, no error
    """Break the connection instead of answering."""


class LetGo(Exception):  # noqa: N818 - an instruction, no error
    """Answer with the first argument, then close the connection without a word."""


class ScriptedServer:
    """Answers requests with what ``script`` returns, after the delay that it returns."""

    def __init__(
        self,
        script: Callable[[Request], tuple[float, Reply]],
        host: str = "127.0.0.1",
        instance: str = "tiny-1",
    ) -> None:
        self._script = script
        self._instance = instance
        self._host = host
        self._port: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://{self._host}:{self._port.result(timeout=10)}"

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=10)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._handle, self._host, 0)
        self._port.set_result(server.sockets[0].getsockname()[1])
        await self._over.wait()
        server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                delay_s, reply = self._script(await _read(reader))
                await asyncio.sleep(delay_s)
                writer.write(_message(*reply, self._instance))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        except LetGo as instruction:
            writer.write(_message(*instruction.args[0], self._instance))
        except Vanish:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split()
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return method, target, headers, body


def _message(status: int, document: dict[str, Any], instance: str) -> bytes:
    body = orjson.dumps(document)
    lines = [f"HTTP/1.1 {status} X", f"X-Instance: {instance}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _on_page(total: int, page: int, each: dict[str, Any]) -> list[dict[str, Any]]:
    return [each] * min(max(total - (page - 1) * PAGE_SIZE, 0), PAGE_SIZE)


def recommended(target: str) -> int:
    return int(parse_qs(urlsplit(target).query)["product_id"][0])


def right(product: int) -> Reply:
    return 200, {"product_id": product, "recommendations": [{"product_id": 1, "score": 0.5}]}


SAMPLE = Sample(products=20, customers=10, ratings=0)


def tiny_store(sample: Sample = SAMPLE) -> Callable[[Request], tuple[float, Reply]]:
    """A store of one rule each: whatever is asked for exists. Tokens are customer ids.

    It has as many products, and as many hits, as the sample.
    """
    carts: dict[str, dict[str, Any]] = {}
    orders: dict[str, list[dict[str, Any]]] = {}
    truth = truth_of(sample)

    def answer(request: Request) -> Reply:  # noqa: PLR0911 - one answer for each call
        method, target, headers, body = request
        url, sent = urlsplit(target), orjson.loads(body or b"{}")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        customer = headers.get("authorization", "").removeprefix("bearer ")
        last = url.path.rsplit("/", 1)[-1]
        match method, url.path.removeprefix("/api").split("/")[1]:
            case "GET", "products":
                category, page = query.get("category"), int(query["page"])
                total = truth.totals.get(category, 0)
                listed = _on_page(total, page, {"product_id": 1, "category": category})
                return 200, {"products": listed, "page": page, "total": total}
            case "GET", "product-pages":
                product = {"product_id": int(last)}
                parts = {"stock": None, "recommendations": [], "degraded": ["inventory"]}
                return 200, {"product": product, **parts}
            case "GET", "search":
                hits = truth.hits(query["q"])
                listed = _on_page(hits, 1, {"product_id": 1})
                return 200, {"query": query["q"], "hits": listed, "total": hits}
            case "GET", "recommendations":
                return right(int(query["product_id"]))
            case "POST", "sessions":
                number = sent["email"].removeprefix("customer").partition("@")[0]
                return 201, {"token": number, "customer_id": int(number)}
            case "PUT", "cart":
                carts[customer] = {"product_id": int(last), "quantity": sent["quantity"]}
                return 200, {"lines": [carts[customer]]}
            case "POST", "orders":
                order = str(order_id(int(customer), headers["idempotency-key"]))
                lines = [carts.pop(customer)]
                bought = {"order_id": order, "status": "confirmed", "lines": lines}
                orders.setdefault(customer, []).insert(0, bought)
                return 201, bought
            case "GET", "orders":
                own = orders.get(customer, [])
                return 200, {"orders": own[:PAGE_SIZE], "total": len(own)}
        raise AssertionError(request)

    return lambda request: (0.0, answer(request))
