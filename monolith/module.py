"""What a module of the monolith is, and how control gets into one."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from psycopg import Connection, OperationalError
from psycopg.rows import DictRow

from store.runtime.database import Database
from store.runtime.faults import FaultPoints, blank
from store.runtime.faults.armed import Products
from store.runtime.problems import dependency_unavailable
from store.runtime.resilience import deadline
from store.runtime.settings import Settings
from store.runtime.telemetry import Telemetry
from store.runtime.tokens import Tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Process:
    """What the modules of one process share."""

    settings: Settings
    database: Database
    journal: Database
    """The same one, for the few statements that commit beside a checkout's transaction: who holds a
    connection of one pool may wait for the other, and nobody the other way round."""
    telemetry: Telemetry
    faults: FaultPoints
    tokens: Tokens


class Module:
    """One feature. Views and other modules get in through its entries only.

    An entry that takes a ``connection`` works within the caller's transaction; the others open
    their own.
    """

    role: ClassVar[str]
    """The name of the service with the same feature: what a fault is aimed at."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._rules = process.telemetry.rules

    @contextmanager
    def _autocommit(self) -> Iterator[Connection[DictRow]]:
        """As ``Database.autocommit``; a 503 Problem when the database is gone."""
        with _needed(), self._process.database.autocommit() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection[DictRow]]:
        """As ``Database.transaction``; a 503 Problem when the database is gone."""
        with _needed(), self._process.database.transaction() as connection:
            yield connection

    def reach(self, products: Products = lambda: ()) -> None:
        """The fault point of this module; ``products`` are those that the call names."""
        self._process.faults.reach(self.role, products)

    def spoils(self) -> bool:
        """Whether what an entry returns has to be made blank."""
        return self._process.faults.spoils(self.role)


@contextmanager
def _needed() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        logger.warning("database gone: %s", error)
        raise dependency_unavailable("database") from error


M = TypeVar("M", bound=Module)
P = ParamSpec("P")
R = TypeVar("R")


def entry(method: Callable[Concatenate[M, P], R]) -> Callable[Concatenate[M, P], R]:
    """Make a method an entry of its module: whoever calls it passes the module's fault point.

    Nobody gets in for a request whose time is up.

    A module does not call its own entries, so that each crossing of a boundary counts once, as a
    call over HTTP does in the services. Parameters called ``product_id``, ``product_ids`` and
    ``lines`` tell which products a call names.
    """
    parameters = signature(method)

    @wraps(method)
    def entering(self: M, /, *args: P.args, **kwargs: P.kwargs) -> R:
        deadline.check()
        self.reach(lambda: _products_in(parameters.bind(self, *args, **kwargs).arguments))
        answer = method(self, *args, **kwargs)
        return blank(answer) if answer is not None and self.spoils() else answer

    return entering


def _products_in(arguments: Mapping[str, Any]) -> set[int]:
    one = {arguments["product_id"]} if "product_id" in arguments else set()
    lines = {line.product_id for line in arguments.get("lines", ())}
    return one | set(arguments.get("product_ids", ())) | lines
