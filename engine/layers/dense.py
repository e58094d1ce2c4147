"""The layers of dense networks, with PyTorch's names, argument order, weight layout and starting bounds.

Every layer with parameters takes the generator its parameters are drawn from and a dtype. With the generator
None they start at zero, to be loaded.
"""

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine import bounds, init
from engine.module import Module
from engine.ops import activation, nn
from engine.ops.basic import Operand, reshape
from engine.tensor import Array, Parameter, Tensor, as_tensor

Generator = np.random.Generator


def parameter(
    values: Array | None, shape: tuple[int, ...], dtype: npt.DTypeLike, order: Literal["C", "F"] = "C"
) -> Parameter:
    """Make a parameter of drawn values, or of zeros to be loaded.

    In order "F" a matrix (O, I) lies in memory column by column, so that x @ weight.T reads it in order.
    """
    start = np.zeros(shape, dtype) if values is None else values
    return Parameter(start.astype(dtype, order=order))


class Linear(Module):
    """y = x @ weight.T + bias.   x (..., in_features) -> y (..., out_features)

    weight (out_features, in_features) and bias (out_features,) start in U(-b, b), b = 1 / sqrt(in_features).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, in_features=in_features, out_features=out_features)
        shape = (out_features, in_features)
        drawn = None if generator is None else init.torch_default(shape, generator)
        self.weight = parameter(drawn, shape, dtype, "F")
        self.bias: Parameter | None = None
        if bias:
            bound = 1 / math.sqrt(max(in_features, 1))
            shift = None if generator is None else init.uniform((out_features,), bound, generator)
            self.bias = parameter(shift, (out_features,), dtype)

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see nn.linear."""
        return nn.linear(x, self.weight, self.bias)


class Identity(Module):
    """y = x: the linear activation."""

    def forward(self, x: Operand) -> Tensor:
        """Pass x on."""
        return as_tensor(x)


class Step(Module):
    """y = 1 where x >= 0, else 0: for neurons that are not trained by gradients"""

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.step."""
        return activation.step(x)


class Sigmoid(Module):
    """y = 1 / (1 + e^-x)"""

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.sigmoid."""
        return activation.sigmoid(x)


class Tanh(Module):
    """y = tanh x"""

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.tanh."""
        return activation.tanh(x)


class ReLU(Module):
    """y = max(x, 0)"""

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.relu."""
        return activation.relu(x)


class LeakyReLU(Module):
    """y = x where x > 0, else negative_slope x"""

    def __init__(self, negative_slope: float = 0.01) -> None:
        bounds.number(-math.inf, negative_slope=negative_slope)
        self.negative_slope = negative_slope

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.leaky_relu."""
        return activation.leaky_relu(x, self.negative_slope)


class ELU(Module):
    """y = x where x > 0, else alpha (e^x - 1)"""

    def __init__(self, alpha: float = 1.0) -> None:
        bounds.number(-math.inf, alpha=alpha)
        self.alpha = alpha

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.elu."""
        return activation.elu(x, self.alpha)


class GELU(Module):
    """y = x Phi(x)"""

    def __init__(self, approximate: str = "none") -> None:
        bounds.one_of(activation.GELU_FORMS, approximate=approximate)
        self.approximate = approximate

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.gelu."""
        return activation.gelu(x, self.approximate)


class Softmax(Module):
    """y = softmax of x along `dim`"""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see activation.softmax."""
        return activation.softmax(x, self.dim)


class LayerNorm(Module):
    """Normalise over the last axis.   x (..., normalized_shape) -> y (same shape); weight starts at 1,
    bias at 0
    """

    def __init__(
        self, normalized_shape: int, eps: float = 1e-5, *, dtype: npt.DTypeLike = np.float32
    ) -> None:
        bounds.whole(1, normalized_shape=normalized_shape)
        bounds.number(0, eps=eps)
        self.eps = eps
        self.weight = Parameter(np.ones(normalized_shape, dtype))
        self.bias = Parameter(np.zeros(normalized_shape, dtype))

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see nn.layer_norm."""
        return nn.layer_norm(x, self.weight, self.bias, self.eps)


class Dropout(Module):
    """While training, set each element to 0 with probability p and scale the others by 1 / (1 - p)."""

    def __init__(self, p: float = 0.5, *, generator: Generator) -> None:
        bounds.number(0, 1, p=p)
        self.p = p
        self.generator = generator

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see nn.dropout."""
        return nn.dropout(x, self.p, self.generator) if self.training and self.p else as_tensor(x)


class GaussianNoise(Module):
    """While training, add noise of N(0, std^2)."""

    def __init__(self, std: float, *, generator: Generator) -> None:
        bounds.number(0, std=std)
        self.std = std
        self.generator = generator

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see nn.gaussian_noise."""
        return nn.gaussian_noise(x, self.std, self.generator) if self.training else as_tensor(x)


class Embedding(Module):
    """A table of vectors: indices (...) -> y (..., embedding_dim); weight (num_embeddings, embedding_dim)
    starts in N(0, 1)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        shape = (num_embeddings, embedding_dim)
        self.weight = parameter(
            None if generator is None else init.normal(shape, 1.0, generator), shape, dtype, "F"
        )

    def forward(self, indices: Any) -> Tensor:
        """Look the vectors up; see nn.embedding."""
        return nn.embedding(indices, self.weight)


class Flatten(Module):
    """Fold all axes but the first into one.   x (B, ...) -> y (B, features)"""

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see basic.reshape."""
        x = as_tensor(x)
        return reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))
