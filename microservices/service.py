"""What every service is made of, so that its own code is about its own subject."""

import atexit
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from flask import Flask, Response, request
from psycopg import OperationalError

from microservices.calls.client import Calls, is_internal
from store.runtime.application import HEALTH_PATHS, create_base
from store.runtime.callers import refuse_strangers
from store.runtime.clients import opener
from store.runtime.database import Database, Waits
from store.runtime.faults import FaultPoints, blank
from store.runtime.faults.products import named_in_request
from store.runtime.peers import Peers
from store.runtime.problems import dependency_unavailable
from store.runtime.resilience.failures import CallFailed
from store.runtime.resilience.guard import Protection
from store.runtime.resilience.limits import Limits
from store.runtime.settings import Settings, SettingsError
from store.runtime.telemetry import Telemetry
from store.runtime.tokens import Tokens

logger = logging.getLogger(__name__)

READY_WITHIN_S = 2.0


@dataclass(frozen=True)
class Service:
    """One service process: its Flask application and what its handlers need."""

    app: Flask
    settings: Settings
    telemetry: Telemetry
    protection: Protection
    calls: Calls
    faults: FaultPoints
    owned: Database | None

    @property
    def tokens(self) -> Tokens:
        """Of customers; SettingsError when the process was not given the key."""
        return Tokens(self.settings.required("secret"))

    @property
    def database(self) -> Database:
        """The database of this service; SettingsError when the process was given none."""
        if self.owned is None:
            raise SettingsError("missing or wrong in the environment: TWINSTACK_DATABASE_URL")
        return self.owned


def create_service(role: str, limits: Mapping[str, Limits] | None = None) -> Service:
    """A service without features, from the environment of this process.

    ``limits`` are those towards peers, by their role; others get the defaults.
    """
    settings = Settings.from_environment()
    if settings.role != role:
        raise SettingsError(f"TWINSTACK_ROLE is {settings.role}, but this application is {role}")
    database = _open_database(settings)
    app, telemetry, faults = create_base(settings, lambda: _is_ready(database), database)
    protection = Protection.of(settings, telemetry)
    peers = Peers(settings.peers_file, connect=opener(settings.client))
    calls = Calls(peers, limits or {}, protection, settings.service_token)
    refuse_strangers(app, settings.service_token, is_internal)
    _add_boundary(app, role, faults)
    _add_failures(app)
    return Service(app, settings, telemetry, protection, calls, faults, database)


def _open_database(settings: Settings) -> Database | None:
    if settings.database_url is None:
        return None
    waits = Waits.of(settings.policies)
    database = Database(settings.database_url, settings.threads, waits)
    atexit.register(database.close)
    return database


def _is_ready(database: Database | None) -> bool:
    if database is not None:
        with database.autocommit(READY_WITHIN_S) as connection:
            connection.execute("SELECT 1")
    return True


def _add_boundary(app: Flask, role: str, faults: FaultPoints) -> None:
    """The boundary of a service is its HTTP interface; its health is not part of it."""

    @app.before_request
    def enter() -> None:
        if request.path not in HEALTH_PATHS:
            faults.reach(role, named_in_request)

    @app.after_request
    def leave(response: Response) -> Response:
        if faults.are_quiet():
            return response
        is_answer = response.is_json and response.status_code < HTTPStatus.BAD_REQUEST
        if is_answer and request.path not in HEALTH_PATHS and faults.spoils(role):
            response.set_data(orjson.dumps(blank(orjson.loads(response.get_data()))))
        return response


def _add_failures(app: Flask) -> None:
    """What a request cannot be answered without is gone: 503, never a bare 500."""

    @app.errorhandler(CallFailed)
    def on_call_failed(failure: CallFailed) -> Response:
        logger.warning("call failed: %s", failure)
        return dependency_unavailable(failure.role).response()

    @app.errorhandler(OperationalError)
    def on_database_gone(error: OperationalError) -> Response:
        logger.warning("database gone: %s", error)
        return dependency_unavailable("database").response()
