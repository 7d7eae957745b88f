"""Which journey a request stands for: a table of regular expressions, the first that fits."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from experiment.errors import InputError
from experiment.load import Journey
from experiment.toml_file import first_problem, read_toml, validated

Meaning = Journey | Literal["ignore"]
OF_THE_PROJECT = Path(__file__).with_name("journeys.toml")
"""The table that counts where no other is named."""


class Rule(BaseModel):
    """One line of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: re.Pattern[str]
    """Searched for in the path as a web server reads it, without query; ``^`` and ``$`` bind it."""
    methods: tuple[str, ...] = ()
    """Empty: any."""
    journey: Meaning

    @field_validator("path", mode="before")
    @classmethod
    def _compiles(cls, text: object) -> re.Pattern[str]:
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is no text")  # noqa: TRY004 - pydantic wants a ValueError
        try:
            return re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{text!r} is no regular expression: {error}") from error


class JourneyTable(BaseModel):
    """All rules, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    def journey_of(self, method: str, path: str) -> Meaning | None:
        """None when no rule fits."""
        for rule in self.rules:
            if (not rule.methods or method in rule.methods) and rule.path.search(path):
                return rule.journey
        return None


def read_table(file: Path) -> JourneyTable:
    """The table in a TOML file. Raises InputError."""
    try:
        return validated(JourneyTable, read_toml(file, "table"))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error)}.") from error
