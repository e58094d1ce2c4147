"""The whole of a training configuration: layers, loss, optimizer, and for how long."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.spec.initial import InitSpec, Torch
from engine.spec.layers import LayerSpec
from engine.spec.strict import StrictModel

Rate = Annotated[float, Field(gt=0, le=1000)]
Decay = Annotated[float, Field(ge=0, le=10)]
Average = Annotated[float, Field(ge=0, lt=1)]
Tiny = Annotated[float, Field(gt=0, le=1)]
LARGEST_BATCH = 100_000
SMALL = 2000
"""From how many parameters on "auto" means float32."""


class SGD(StrictModel):
    """Gradient descent, with momentum or Nesterov's form of it."""

    type: Literal["sgd"]
    lr: Rate
    momentum: Average = 0.0
    nesterov: bool = False
    weight_decay: Decay = 0.0

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Self:
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0")
        return self


class Adagrad(StrictModel):
    """AdaGrad."""

    type: Literal["adagrad"]
    lr: Rate = 0.01
    eps: Tiny = 1e-10
    weight_decay: Decay = 0.0


class RMSprop(StrictModel):
    """RMSProp."""

    type: Literal["rmsprop"]
    lr: Rate = 0.01
    alpha: Average = 0.99
    eps: Tiny = 1e-8
    weight_decay: Decay = 0.0


class Adam(StrictModel):
    """Adam, with weight decay as a part of the gradient."""

    type: Literal["adam"]
    lr: Rate = 0.001
    betas: tuple[Average, Average] = (0.9, 0.999)
    eps: Tiny = 1e-8
    weight_decay: Decay = 0.0


class AdamW(Adam):
    """Adam that decays the weights beside the gradient, as PyTorch does unless told otherwise."""

    type: Literal["adamw"]  # type: ignore[assignment]
    weight_decay: Decay = 0.01


OptimizerSpec = Annotated[SGD | Adagrad | RMSprop | Adam | AdamW, Field(discriminator="type")]


class ScheduleSpec(StrictModel):
    """The learning rate over time: up for `warmup` steps, then constant or down."""

    type: Literal["constant", "cosine", "step", "exponential"] = "constant"
    warmup: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    every: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    factor: Annotated[float, Field(gt=0, le=1)] = 0.5
    final: Annotated[float, Field(ge=0, le=1)] = 0.0


class EarlyStopping(StrictModel):
    """Stop when the loss on a share of the examples has not fallen for `patience` epochs; keep the best."""

    patience: Annotated[int, Field(ge=1, le=10_000)]
    min_delta: Annotated[float, Field(ge=0, le=100)] = 0.0
    validation: Annotated[float, Field(gt=0, le=0.5)] = 0.1


class TrainSpec(StrictModel):
    """A training: the data and the seed belong to whoever runs it."""

    spec_version: Annotated[int, Field(ge=1, le=1)] = 1
    layers: Annotated[list[LayerSpec], Field(min_length=1, max_length=32)]
    loss: Literal["mse", "binary_cross_entropy", "cross_entropy"]
    optimizer: OptimizerSpec
    epochs: Annotated[int, Field(ge=1, le=1_000_000)]
    batch_size: Annotated[int, Field(ge=1, le=LARGEST_BATCH)] | None = None
    init: InitSpec = Torch()
    schedule: ScheduleSpec = ScheduleSpec()
    clip_norm: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    early_stopping: EarlyStopping | None = None
    random_shift: Annotated[int, Field(ge=0, le=4)] = 0
    precision: Literal["auto", "float32", "float64"] = "auto"

    def number_type(self, parameters: int) -> Literal["float32", "float64"]:
        """Return the dtype of a network with so many parameters: unless the configuration says, float64 in
        small ones, where it is as fast.
        """
        if self.precision == "auto":
            return "float64" if parameters < SMALL else "float32"
        return self.precision
