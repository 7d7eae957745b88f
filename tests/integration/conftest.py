import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def serve_on() -> Iterator[Callable[[Flask], str]]:
    """Serves an application over HTTP until the session ends, and returns its URL."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serves an application over HTTP until the test ends, and returns its URL."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))
