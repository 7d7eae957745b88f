"""The base of every Flask process in either store: the same JSON, problems, health, telemetry."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

import orjson
from flask import Flask, Request, Response, g, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property

from store.runtime import logs, problems, trace
from store.runtime.database import Database
from store.runtime.faults import FaultPoints
from store.runtime.instrument import switch_of
from store.runtime.limits import MAX_BODY_BYTES
from store.runtime.policies import Policies
from store.runtime.resilience import deadline
from store.runtime.settings import Settings
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Telemetry

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
"""Asked by the balancer of each instance: no part of a feature, and not counted as a request."""


class _OrjsonProvider(JSONProvider):
    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        content = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(content), mimetype="application/json")


class _Request(Request):
    """Flask refuses a body that announces too much, but cuts a longer one that announces nothing.

    The edge refuses both before, unless it passes on bodies as they come. Then each chunk is waited
    for, so none is asked for before somebody reads the body.
    """

    @cached_property
    def stream(self) -> IO[bytes]:
        if "HTTP_TRANSFER_ENCODING" not in self.environ:
            return super().stream
        content = self.environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
        if len(content) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        return BytesIO(content)


def create_base(
    settings: Settings,
    is_ready: Callable[[], bool] = lambda: True,
    database: Database | None = None,
) -> tuple[Flask, Telemetry, FaultPoints]:
    """A Flask application without features, and the telemetry and fault points of its process.

    ``is_ready`` says whether the process could serve: its own data can be read. It does not ask
    other processes, or one failure would take all of them out of the balancer. ``database`` is the
    process's own, for faults that act on its pool.
    """
    logs.configure(settings.instance)
    time.sleep(settings.start_delay_s)
    # Pages and static files belong to whoever serves the shop; others need neither.
    app = Flask(settings.role, static_folder=None)
    app.json = _OrjsonProvider(app)
    # A path is one string: none leads to another.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    telemetry = Telemetry(settings.telemetry_file, switch_of(settings.instrument_switch))
    faults = FaultPoints(settings.faults_file, telemetry, settings.instance, database)
    problems.register(app)
    _add_health(app, is_ready)
    _add_request_hooks(app, settings.instance, telemetry)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.request_class = _Request
    if settings.policies.deadline == "propagated":
        _add_deadline(app, settings.policies, telemetry)
    StateChanges(settings.state_changes_file, settings.role, settings.instance).report(
        "worker-started"
    )
    return app, telemetry, faults


def _add_health(app: Flask, is_ready: Callable[[], bool]) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        if not is_ready():
            raise problems.Problem(503, "not-ready", "This instance is not ready to serve.")
        return {"status": "ready"}


def _add_request_hooks(app: Flask, instance: str, telemetry: Telemetry) -> None:
    @app.before_request
    def begin() -> None:
        if not telemetry.switch.is_on:
            return
        if request.path not in HEALTH_PATHS:
            telemetry.request_started()
            g.counted = True
        trace.begin()

    @app.after_request
    def name_instance(response: Response) -> Response:
        # A composed answer may already name the instance that made it.
        response.headers.setdefault("X-Instance", instance)
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        if g.pop("counted", False):
            telemetry.request_ended()


def _add_deadline(app: Flask, policies: Policies, telemetry: Telemetry) -> None:
    """Nothing is begun for a request whose time was up when its turn came."""

    @app.before_request
    def honour() -> None:
        told, started = map(request.headers.get, (deadline.HEADER, deadline.START_HEADER))
        deadline.begin(deadline.earliest(told, started, policies.request_s, time.time()))
        if request.path not in HEALTH_PATHS:
            deadline.check()

    @app.errorhandler(deadline.DeadlineExceeded)
    def on_late(problem: deadline.DeadlineExceeded) -> Response:
        telemetry.count("deadline_exceeded")
        return problem.response()

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        deadline.begin(None)
