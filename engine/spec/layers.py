"""The layers a configuration may list, each with its settings and their limits.

What a layer does to the shape of its input is in engine/shapes.py, what it computes in engine/layers/.
"""

from typing import Annotated, Literal

from pydantic import Field

from engine.spec.initial import InitSpec
from engine.spec.strict import StrictModel

Units = Annotated[int, Field(ge=1, le=4096)]
Share = Annotated[float, Field(ge=0, le=0.95)]


class Linear(StrictModel):
    """y = x @ weight.T + bias over the last axis."""

    type: Literal["linear"]
    units: Units
    bias: bool = True
    init: InitSpec | None = None


class Plain(StrictModel):
    """A layer without settings."""

    type: Literal["identity", "sigmoid", "tanh", "relu", "softmax", "flatten", "batch_norm", "layer_norm"]


class LeakyReLU(StrictModel):
    """y = x where x > 0, else negative_slope x."""

    type: Literal["leaky_relu"]
    negative_slope: Annotated[float, Field(ge=0, le=1)] = 0.01


class ELU(StrictModel):
    """y = x where x > 0, else alpha (e^x - 1)."""

    type: Literal["elu"]
    alpha: Annotated[float, Field(gt=0, le=10)] = 1.0


class GELU(StrictModel):
    """y = x Phi(x)."""

    type: Literal["gelu"]
    approximate: Literal["none", "tanh"] = "none"


class Dropout(StrictModel):
    """While training, drop each element with probability p."""

    type: Literal["dropout"]
    p: Share = 0.5


class GaussianNoise(StrictModel):
    """While training, add noise of N(0, std^2): the denoising auto-encoder."""

    type: Literal["gaussian_noise"]
    std: Annotated[float, Field(ge=0, le=10)]


class Conv2d(StrictModel):
    """Cross-correlate images with filters."""

    type: Literal["conv2d"]
    filters: Annotated[int, Field(ge=1, le=256)]
    kernel_size: Annotated[int, Field(ge=1, le=7)] = 3
    stride: Annotated[int, Field(ge=1, le=4)] = 1
    padding: Annotated[int, Field(ge=0, le=3)] = 0
    init: InitSpec | None = None


class Pool2d(StrictModel):
    """Take the largest or the mean of each window of an image."""

    type: Literal["max_pool2d", "avg_pool2d"]
    kernel_size: Annotated[int, Field(ge=2, le=8)] = 2


class Embedding(StrictModel):
    """A vector for each symbol."""

    type: Literal["embedding"]
    units: Annotated[int, Field(ge=1, le=1024)]


class Positions(StrictModel):
    """Add a learned vector for each position of a sequence."""

    type: Literal["positions"]


class Patches(StrictModel):
    """Cut an image into square patches, map each to a vector, and put a learned class token first."""

    type: Literal["patches"]
    size: Annotated[int, Field(ge=1, le=16)]
    units: Annotated[int, Field(ge=1, le=1024)]
    class_token: bool = True


class Recurrent(StrictModel):
    """A recurrent layer; `sequences` keeps the output of every step, otherwise the last one."""

    type: Literal["rnn", "lstm", "gru"]
    units: Annotated[int, Field(ge=1, le=1024)]
    sequences: bool = False


class TransformerBlock(StrictModel):
    """Attention and a two-layer network, each behind a layer norm and added to its input."""

    type: Literal["transformer_block"]
    heads: Annotated[int, Field(ge=1, le=64)]
    causal: bool = False


class Select(StrictModel):
    """One vector of a sequence, or the mean of all."""

    type: Literal["select"]
    token: Literal["first", "last", "mean"]


LayerSpec = Annotated[
    Linear
    | Plain
    | LeakyReLU
    | ELU
    | GELU
    | Dropout
    | GaussianNoise
    | Conv2d
    | Pool2d
    | Embedding
    | Positions
    | Patches
    | Recurrent
    | TransformerBlock
    | Select,
    Field(discriminator="type"),
]
