"""Inputs of the public contract, validated the same way on both sides.

The models mirror ``store/openapi.yaml``; every refusal is a 400 that names the member at fault.
"""

from typing import Annotated, TypeVar
from uuid import UUID

import orjson
from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from store.runtime.problems import Problem

MAX_ID = 2**31 - 1


def _decimal(value: object) -> object:
    """Query and path values are text; accept plain decimal digits only, not ``1_0`` or ``1.0``."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return int(value) if isinstance(value, str) else value


def _integral(value: object) -> object:
    """JSON knows one kind of number: 2.0 is the integer 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _printable(value: object) -> object:
    """PostgreSQL cannot store NUL, and lone surrogates are no text."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("must not contain NUL")
        value.encode()  # raises UnicodeEncodeError, a ValueError, on a lone surrogate
    return value


Decimal = BeforeValidator(_decimal)
Integral = BeforeValidator(_integral)
Printable = BeforeValidator(_printable)
ProductId = Annotated[int, Decimal, Field(ge=1, le=MAX_ID)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Body(_Input):
    model_config = ConfigDict(strict=True)


class NewAccount(_Body):
    email: Annotated[
        str, Field(max_length=200, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
    ]
    name: Annotated[
        str, Printable, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    ]
    password: Annotated[str, Printable, Field(min_length=8, max_length=200)]


class Credentials(_Body):
    email: Annotated[str, Printable, Field(min_length=1, max_length=200)]
    password: Annotated[str, Printable, Field(min_length=1, max_length=200)]


class CartItem(_Body):
    quantity: Annotated[int, Integral, Field(ge=1, le=99)]


class Checkout(_Body):
    card: Annotated[str, Field(pattern=r"^card_[a-z0-9_]{1,40}$")]
    coupon: Annotated[str, Printable, Field(min_length=1, max_length=20)] | None = None


class Paging(_Input):
    """``page`` counts from 1."""

    page: Annotated[int, Decimal, Field(ge=1, le=10_000)] = 1
    page_size: Annotated[int, Decimal, Field(ge=1, le=100)] = 20

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size


class ProductListing(Paging):
    category: Annotated[str, Printable, Field(min_length=1, max_length=40)] | None = None


class SearchQuery(Paging):
    q: Annotated[str, Printable, Field(min_length=1, max_length=100)]


class RecommendationQuery(_Input):
    product_id: ProductId
    limit: Annotated[int, Decimal, Field(ge=1, le=50)] = 8


class _ProductPath(_Input):
    product_id: ProductId


class _OrderPath(_Input):
    order_id: UUID


class IdempotencyKey(_Input):
    key: Annotated[str, Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]


Model = TypeVar("Model", bound=BaseModel)


class InvalidInput(Problem):
    """``member`` is the dotted path of the input at fault, ``body`` when it is the whole."""

    def __init__(self, error: ValidationError) -> None:
        first = error.errors()[0]
        self.member = ".".join(str(part) for part in first["loc"]) or "body"
        reason = first["msg"].removeprefix("Value error, ")
        super().__init__(400, "invalid-input", f"{self.member}: {reason}.")


def _validated(model: type[Model], values: object) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(error) from error


def body(model: type[Model]) -> Model:
    """The JSON body of the current request as ``model``; a 400 Problem when it is not one."""
    try:
        values = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Problem(400, "invalid-input", "The body is not valid JSON.") from error
    return _validated(model, values)


def query(model: type[Model]) -> Model:
    """The query parameters that ``model`` knows; others are ignored, as HTTP clients expect."""
    known = {name: request.args[name] for name in model.model_fields if name in request.args}
    return _validated(model, known)


def form(model: type[Model]) -> Model:
    """The fields of a submitted page that ``model`` knows; a blank one counts as left out.

    A form may carry the fields of several models, and numbers arrive as text.
    """
    known = {name: request.form[name] for name in model.model_fields if request.form.get(name)}
    try:
        return model.model_validate(known, strict=False)
    except ValidationError as error:
        raise InvalidInput(error) from error


def product_id(path_value: str) -> int:
    """A product id from the path; a 400 Problem when it is no positive 32-bit number."""
    return _validated(_ProductPath, {"product_id": path_value}).product_id


def order_id(path_value: str) -> UUID:
    """An order id from the path; a 400 Problem when it is no UUID."""
    return _validated(_OrderPath, {"order_id": path_value}).order_id


def idempotency_key() -> str:
    """The header ``Idempotency-Key``; a 400 Problem when it is missing or malformed."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise Problem(400, "idempotency-key-missing", "Send a header Idempotency-Key.")
    return _validated(IdempotencyKey, {"key": key}).key
