"""The layers of convolutional networks, and batch normalisation."""

import math

import numpy as np
import numpy.typing as npt

from engine import bounds, init
from engine.layers.dense import Generator, parameter
from engine.module import Buffer, Module
from engine.ops import conv
from engine.ops.basic import Operand
from engine.ops.batch_norm import Running, batch_norm
from engine.tensor import Parameter, Tensor, as_tensor


class Conv2d(Module):
    """Cross-correlate images with filters.   x (B, in_channels, H, W) -> y (B, out_channels, I, J)

    weight (out_channels, in_channels, K, K) and bias (out_channels,) start in U(-b, b), b = 1 / sqrt(fan_in).
    """

    def __init__(  # noqa: PLR0913 - PyTorch's arguments
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        *,
        bias: bool = True,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, in_channels=in_channels, out_channels=out_channels)
        bounds.whole(1, kernel_size=kernel_size, stride=stride)
        bounds.whole(0, padding=padding)
        shape = (out_channels, in_channels, kernel_size, kernel_size)
        self.stride, self.padding = stride, padding
        drawn = None if generator is None else init.torch_default(shape, generator)
        self.weight = parameter(drawn, shape, dtype)
        self.bias: Parameter | None = None
        if bias:
            bound = 1 / math.sqrt(max(init.fans(shape)[0], 1))
            shift = None if generator is None else init.uniform((out_channels,), bound, generator)
            self.bias = parameter(shift, (out_channels,), dtype)

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see conv.conv2d."""
        return conv.conv2d(x, self.weight, self.bias, self.stride, self.padding)


class MaxPool2d(Module):
    """The largest element of each window.   x (B, C, H, W) -> y (B, C, I, J)"""

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        bounds.whole(1, kernel_size=kernel_size, stride=kernel_size if stride is None else stride)
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see conv.max_pool2d."""
        return conv.max_pool2d(x, self.kernel_size, self.stride)


class AvgPool2d(Module):
    """The mean of each window.   x (B, C, H, W) -> y (B, C, I, J)"""

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        bounds.whole(1, kernel_size=kernel_size, stride=kernel_size if stride is None else stride)
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see conv.avg_pool2d."""
        return conv.avg_pool2d(x, self.kernel_size, self.stride)


class Upsample(Module):
    """Each pixel becomes a square of scale_factor x scale_factor.   x (B, C, H, W) -> y (B, C, f H, f W)"""

    def __init__(self, *, scale_factor: int) -> None:
        bounds.whole(1, scale_factor=scale_factor)
        self.scale_factor = scale_factor

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see conv.upsample_nearest."""
        return conv.upsample_nearest(x, self.scale_factor)


class BatchNorm1d(Module):
    """Normalise each feature over the batch.   x (B, num_features) -> y (same shape)

    weight starts at 1, bias at 0, running_mean at 0, running_var at 1.
    """

    axes = 2

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        *,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, num_features=num_features)
        bounds.number(0, eps=eps)
        bounds.number(0, 1, momentum=momentum)
        self.eps, self.momentum = eps, momentum
        self.weight = Parameter(np.ones(num_features, dtype))
        self.bias = Parameter(np.zeros(num_features, dtype))
        self.running_mean = Buffer(np.zeros(num_features, dtype))
        self.running_var = Buffer(np.ones(num_features, dtype))
        self.num_batches_tracked = Buffer(np.zeros((), np.int64))

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see batch_norm."""
        x = as_tensor(x)
        if x.data.ndim != self.axes:
            raise ValueError(f"{type(self).__name__} needs {self.axes} axes, got {x.shape}")
        buffers = (self.running_mean.data, self.running_var.data, self.num_batches_tracked.data)
        running = Running(*buffers, self.momentum)
        return batch_norm(x, self.weight, self.bias, running, self.training, self.eps)


class BatchNorm2d(BatchNorm1d):
    """Normalise each channel over the batch and the pixels.   x (B, num_features, H, W) -> y (same shape)"""

    axes = 4
