"""Prices of resources: what somebody says that they cost, an assumption and no measurement."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from experiment.errors import InputError
from experiment.part import Part
from experiment.toml_file import first_problem, read_toml, validated

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class Prices(Part):
    """Money per hour for each sort of resource."""

    currency: Annotated[str, Field(min_length=1, max_length=12)]
    cpu_hour: Price
    """For one CPU, one hour long."""
    gb_hour: Price
    """For 1,024 MiB of memory."""
    instance_hour: Price
    """For one instance more, however small: its agents, its address, its place in a list."""
    source: Words
    """Whose prices they are, or that they are made up."""
    as_of: date

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.cpu_hour or self.gb_hour or self.instance_hour):
            raise ValueError("all prices are zero, so nothing would cost anything")
        return self


def load_prices(file: Path) -> Prices:
    """Read and validate a table of prices; raises InputError with one sentence."""
    values = read_toml(file, "table of prices")
    try:
        return validated(Prices, values)
    except ValidationError as error:
        raise InputError(f"{file.name}: {first_problem(error)}.") from error
