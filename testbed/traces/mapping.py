"""Which journey a request stands for: a table of regular expressions, the first that fits."""

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from experiment.errors import InputError
from experiment.load import Journey

Meaning = Journey | Literal["ignore"]


class Rule(BaseModel):
    """One line of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: re.Pattern[str]
    """Searched for in the percent-decoded path without its query; ``^`` and ``$`` bind it."""
    methods: tuple[str, ...] = ()
    """Empty: any."""
    journey: Meaning

    @field_validator("path", mode="before")
    @classmethod
    def _compiles(cls, text: object) -> re.Pattern[str]:
        try:
            return re.compile(str(text))
        except re.error as error:
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


def read_table(file: Path | None) -> JourneyTable:
    """The table in a TOML file, or the one that ships with the project. Raises InputError."""
    source = file or resources.files("testbed.traces") / "journeys.toml"
    try:
        values = tomllib.loads(source.read_text(encoding="utf-8"))
        return JourneyTable.model_validate(values)
    except OSError as error:
        raise InputError(f"The table {source} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{source} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{source}: {where}: {reason}.") from error
