"""Who is called: a bare WSGI function, a bare Flask application, and a service of the store."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from flask import Flask, Response

from microservices.service import create_service
from testbed.bench.crossing.answers import NOTHING, NOTHING_AS_JSON, nine_products

SERVICE = "bench-callee"

Application = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]


def create_wsgi() -> Application:
    """Answers by path: nothing, products made into JSON each time, the same ones made once."""
    products = nine_products()
    as_bytes = orjson.dumps(products)
    bodies: dict[str, Callable[[], bytes]] = {
        "/products": lambda: orjson.dumps(products),
        "/bytes": lambda: as_bytes,
    }

    def application(
        environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        body = bodies.get(environ["PATH_INFO"], lambda: NOTHING_AS_JSON)()
        start_response(
            "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        )
        return [body]

    return application


def create_flask() -> Flask:
    """A route and nothing else."""
    app = Flask("bench-bare", static_folder=None)

    @app.get("/readyz")
    @app.get("/nothing")
    def nothing() -> Response:
        return Response(orjson.dumps(NOTHING), mimetype="application/json")

    return app


def create_service_app() -> Flask:
    """What every service of the store is made of, and one route."""
    app = create_service(SERVICE).app

    @app.get("/nothing")
    def nothing() -> dict[str, Any]:
        return NOTHING

    return app
