"""The proxy's process: does what it is told over one socket, and ends when that closes.

A command is a line of JSON, and so is its answer: ``{"impair": {...}, "callee": ["127.0.0.1",
5000], "host": "127.0.0.1"}`` opens an impaired passage to an address, from a port of the host,
``{"passage": 0, "port": 5001}`` says its number and that port;
``{"count": 0}`` asks for its ``Tally``; ``{"mend": 0}`` ends its impairment. Once ready, it says
``{}`` without being asked.
"""

import asyncio
import json
import socket
import sys
from dataclasses import asdict
from typing import Any

from testbed.network.impairment import Impairment
from testbed.network.passage import Passage


class Proxy:
    def __init__(self) -> None:
        self._passages: list[Passage] = []

    def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        match command:
            case {"impair": impairment, "callee": [callee, port], "host": host}:
                loop = asyncio.get_running_loop()
                passage = Passage(Impairment(**impairment), (callee, port), host, loop)
                self._passages.append(passage)
                return {"passage": len(self._passages) - 1, "port": passage.port}
            case {"count": number}:
                return asdict(self._passages[number].count())
            case {"mend": number}:
                self._passages[number].mend()
                return {}
        raise ValueError(f"{command} is no command")


async def serve(control: socket.socket) -> None:
    """Obey until the other side of ``control`` is closed."""
    proxy = Proxy()
    reader, writer = await asyncio.open_connection(sock=control)
    writer.write(b"{}\n")
    async for line in reader:
        writer.write(json.dumps(proxy.obey(json.loads(line))).encode() + b"\n")


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
