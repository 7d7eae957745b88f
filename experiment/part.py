"""What the parts of a scenario have in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Profile = Literal["smoke", "demo", "full"]

Positive = Annotated[float, Field(gt=0, le=1e9)]
HIGHEST_SEED = 2**32 - 1
Seed = Annotated[int, Field(ge=0, le=HIGHEST_SEED)]
Share = Annotated[float, Field(ge=0, le=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Part(BaseModel):
    """Validated data that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
