"""What all parts of a configuration share: nothing unknown, nothing converted, nothing infinite."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """A part of a configuration."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
