"""What listens in the emulated pods: Envoy's admin port, and the payment provider."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], Any]


@contextmanager
def listening(answer: Answer) -> Iterator[int]:
    """Answers each path with JSON; yields the port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is there
            """Be silent."""

        def do_GET(self) -> None:
            content = json.dumps(answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def healthy(counts: dict[str, int]) -> Any:
    """As Envoy's /stats?format=json has it."""
    return {
        "stats": [
            {"name": f"cluster.{role}.membership_healthy", "value": count}
            for role, count in counts.items()
        ]
    }
