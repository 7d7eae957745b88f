"""The side that has a page only, by the fastest way in Python, on the bare handlers' data."""

import sys
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from store.runtime.settings import Settings
from testbed.bench.stores.sides import ANSWER_WITHIN_S, WORK, Side
from testbed.platforms.store.instances import InstancePlan, RunningInstance
from testbed.platforms.store.store import Store

NAME = "ASGI"
PACKAGES = ("asyncpg", "httptools", "uvicorn", "uvloop")
_MODULE = "testbed.bench.stores.asgi"
APP = f"{_MODULE}:create_app"


def command(app: str, _threads: int, bind: str) -> list[str]:
    """Of one process that serves ``app`` on the socket that it inherits (``bind`` is fd://N)."""
    return [sys.executable, "-P", "-m", _MODULE, app, bind.removeprefix("fd://")]


def asgi_side(
    bare: Side, store: Store, folder: Path, start: Callable[[InstancePlan], RunningInstance]
) -> Side:
    """The product page by ASGI, beside the bare handlers and on their database."""
    settings = Settings(
        role=NAME,
        instance=NAME,
        database_url=store.data_of("orders").owner_url,
        threads=WORK.threads,
        recommendation_factors=WORK.recommendation_factors,
        recommendation_passes=WORK.recommendation_passes,
    )
    instance = start(InstancePlan(APP, settings, folder, served_by=command))
    roles = {NAME: [instance.process.pid]}
    return Side(
        name=NAME,
        connections={NAME: HTTPConnection(*instance.address, timeout=ANSWER_WITHIN_S)},
        routes={"/": NAME},
        parts={"process": roles[NAME], "database": bare.parts["database"]},
        roles=roles,
        internal={},
        customers={},
    )
