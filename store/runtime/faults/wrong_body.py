"""Wrong body: an answer that says success, is well-formed, and tells nothing."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, cast

from store.runtime.faults.armed import ArmedFault

Answer = TypeVar("Answer")


class WrongBody(ArmedFault):
    """Every value that the role answers is blank, as for a reader who knows none of the fields.

    Alike on both sides: one function blanks the JSON of a service's 2xx answer and what a module's
    entry returns. Numbers become 0 and texts empty; names, types and the number of elements stay,
    so that no check of the shape finds it. Calls that answer nothing have nothing to blank.
    """

    kind: Literal["wrong-body"] = "wrong-body"


def blank(answer: Answer) -> Answer:
    """The answer with every value blank. Flags and gaps (None) have no blank and stay."""
    return cast("Answer", _blank(answer))


def _blank(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case int() | float() | str():
            return type(value)()
        case list() | tuple():
            return type(value)(map(_blank, value))
        case dict():
            return {_blank_key(key): _blank(held) for key, held in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _blank(getattr(value, f.name)) for f in fields(value)})
    raise TypeError(f"no blank {type(value).__name__} is known")


def _blank_key(key: Any) -> Any:
    """A text names a member and stays; anything else is a value that finds another."""
    return key if isinstance(key, str) else _blank(key)
