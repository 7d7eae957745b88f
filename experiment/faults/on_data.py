"""Faults on the data of a role: on the database server that holds them, or on their tables.

How far one reaches depends on the layout: a server that holds the data of all takes all with it.
The monolith has one server and one set of tables in any layout.
"""

from typing import Literal

from experiment.faults.on_roles import FaultOnRole


class DatabaseStopped(FaultOnRole):
    """The server with the role's data ends as in a crash; when the fault is lifted it starts again.

    What it had not written to its place it recovers first.
    """

    kind: Literal["database-stopped"] = "database-stopped"


class LockHeld(FaultOnRole):
    """A transaction holds an exclusive lock on the role's tables, so that all who need them wait.

    The monolith searches the tables of the catalogue, so that a lock on what search needs locks the
    catalogue there. Recommendations are out of reach: their data are read at the start only.
    """

    kind: Literal["lock-held"] = "lock-held"
    role: Literal[
        "accounts",
        "catalog",
        "search",
        "carts",
        "inventory",
        "payments",
        "orders",
        "notifications",
    ]


class ConnectionsUsedUp(FaultOnRole):
    """All connections that the server with the role's data has free are taken.

    Those that the store has open already stay with it.
    """

    kind: Literal["connections-used-up"] = "connections-used-up"


DataFault = DatabaseStopped | LockHeld | ConnectionsUsedUp
