"""How many lines of code make a checkout and its guarantees, on each side."""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

from experiment.store import Architecture

ROOT = Path(__file__).parents[1]
PARTS: Mapping[Architecture, Mapping[str, tuple[str, ...]]] = {
    "monolith": {
        "orders": ("monolith/orders/module.py", "monolith/orders/records.py"),
        "keys and sagas": ("monolith/orders/claims.py",),
        "outbox and relay": ("monolith/orders/outbox.py",),
        "payments": ("monolith/payments/module.py", "monolith/payments/charges.py"),
        "inventory": ("monolith/inventory.py",),
        "notifications": ("monolith/notifications.py",),
    },
    "microservices": {
        "orders": (
            "microservices/orders/checkouts.py",
            "microservices/orders/records.py",
            "microservices/orders/steps.py",
        ),
        "keys and sagas": ("microservices/orders/claims.py", "microservices/orders/saga.py"),
        "outbox and relay": ("microservices/orders/relay.py",),
        "payments": ("microservices/payments/app.py", "microservices/payments/payments.py"),
        "inventory": (
            "microservices/inventory/app.py",
            "microservices/inventory/reservations.py",
            "microservices/inventory/stock.py",
        ),
        "notifications": ("microservices/notifications/app.py",),
    },
}
"""What is counted: everything that a checkout runs through but carts, rules, runtime and clients.
Views of the monolith's orders are left out with the services' ``orders/app.py``; the HTTP
interfaces between services count, since the monolith needs none."""

_SILENT = frozenset(
    {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENDMARKER, tokenize.ENCODING,
    }
)  # fmt: skip


def checkout_lines(root: Path = ROOT) -> dict[Architecture, dict[str, int]]:
    """Lines of code by part, of the sources below ``root``."""
    return {
        architecture: {part: _lines_in(root, files) for part, files in parts.items()}
        for architecture, parts in PARTS.items()
    }


def _lines_in(root: Path, files: tuple[str, ...]) -> int:
    return sum(code_lines((root / file).read_text(encoding="utf-8")) for file in files)


def code_lines(source: str) -> int:
    """Lines of Python that hold code: no blank ones, comments or docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - set(_docstring_lines(ast.parse(source))))


def _docstring_lines(tree: ast.AST) -> Iterator[int]:
    """Of every string that stands for itself: those of modules, classes, functions, attributes."""
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_string and isinstance(node, ast.Expr):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
