"""Prices of resources: what somebody says that they cost, an assumption and no measurement."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from experiment.errors import InputError
from experiment.part import Part

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(Part):
    """Money per hour for each sort of resource."""

    currency: str
    cpu_hour: Price
    gb_hour: Price
    """For 1,024 MB of memory."""
    instance_hour: Price
    """For one instance more, however small."""
    source: str
    as_of: date


MADE_UP = Prices(
    currency="USD",
    cpu_hour=0.04,
    gb_hour=0.005,
    instance_hour=0.001,
    source="round numbers made up for this project, about what managed containers cost",
    as_of=date(2026, 1, 1),
)


def load_prices(file: Path) -> Prices:
    """Read a table of prices; raises InputError with one sentence."""
    try:
        return Prices.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise InputError(f"There is no table of prices {file}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file.name}: {where}: {first['msg']}.") from error
