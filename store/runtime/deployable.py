"""What a test bed must know to run one kind of process of an architecture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from store.rules.books import Books
from store.rules.limbo import Limbo
from store.runtime.settings import Secret
from store.sample.dataset import Dataset


@dataclass(frozen=True)
class Deployable:
    """One deployable unit: the monolith, or one service."""

    role: str
    app: str
    """Gunicorn target: ``package.module:create_app()``."""
    routes: tuple[str, ...]
    """Public path prefixes that the edge sends here; ``/`` catches the rest."""
    secrets: tuple[Secret, ...] = ()
    """Those that it needs; it gets no others."""
    create_data: Callable[[Connection[Any], Dataset], None] | None = None
    """Creates schema and sample data in a fresh database of its own; None: keeps no data."""
    read_books: Callable[[Connection[Any]], Books] | None = None
    """This unit's part of the books, for the audit; None where ``create_data`` is None."""
    read_limbo: Callable[[Connection[Any]], Limbo] | None = None
    """This unit's part of what is in limbo, by one statement; None where there can be none."""
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tables by the role whose data they hold, where one database holds those of several; empty:
    all tables are the unit's own."""
