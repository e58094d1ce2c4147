"""Convolution and pooling of images.

Images are (B, C, H, W) to whoever looks at them. In memory the outputs lie channels first and examples last,
(C, H, W, B): then the patches of an image are copied in long runs, and the pooling of a window works on
whole blocks.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record

FROM_CHWB = (3, 0, 1, 2)
TO_CHWB = (1, 2, 3, 0)


def conv2d(
    x: Operand, weight: Operand, bias: Operand | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """y[b, o, i, j] = sum over c, k, l of x[b, c, s i + k - p, s j + l - p] weight[o, c, k, l] + bias[o].

    x (B, C, H, W), weight (O, C, K, L), bias (O,) -> y (B, O, I, J), I = (H + 2 p - K) // s + 1, J likewise,
    s the stride and p the padding with zeros: a cross-correlation, as everywhere in this field. The patches
    become the columns of one matrix product (Chellapilla, Puri and Simard 2006).
    dweight = g @ columns^T, dbias = the sum of g, dx = weight^T @ g with each column added where it came
    from.
    ValueError on shapes that do not fit, a stride below 1 and padding below 0.
    """
    x, weight = as_tensor(x), as_tensor(weight)
    inputs = [x, weight] if bias is None else [x, weight, as_tensor(bias)]
    (batch, channels, height, width), (units, _, tall, wide) = _check_conv(
        [t.shape for t in inputs], stride, padding
    )
    dtype, kernel = np.result_type(x.data, weight.data), weight.data.reshape(units, channels * tall * wide)
    copied = not np.shares_memory(kernel, weight.data)  # of a weight in another order than PyTorch's
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding, batch), dtype)
    inside = padded[:, padding : padding + height, padding : padding + width]
    windows = sliding_window_view(padded, (tall, wide), (1, 2))[:, ::stride, ::stride].transpose(
        0, 4, 5, 1, 2, 3
    )
    columns = np.empty(windows.shape, dtype)
    matrix, places = columns.reshape(kernel.shape[1], math.prod(windows.shape[3:])), windows.shape[3:]
    y = np.empty((units, *places), dtype)
    flat, ones, shift = (
        y.reshape(units, matrix.shape[1]),
        np.ones(matrix.shape[1], dtype),
        inputs[-1].data[:, None],
    )

    def forward() -> None:
        if copied:
            np.copyto(kernel.reshape(weight.shape), weight.data)
        np.copyto(inside, x.data.transpose(TO_CHWB))
        np.copyto(columns, windows)
        np.dot(kernel, matrix, out=flat)
        if bias is not None:
            np.add(flat, shift, out=flat)

    def backward(g: Array, dx: Array | None, dweight: Array | None, dbias: Array | None = None) -> None:
        rows = g.transpose(TO_CHWB).reshape(flat.shape)
        if dweight is not None:
            if dweight.flags.c_contiguous:
                np.dot(rows, matrix.T, out=dweight.reshape(kernel.shape))
            else:
                np.copyto(dweight, np.dot(rows, matrix.T).reshape(dweight.shape))
        if dbias is not None:
            np.dot(rows, ones, out=dbias)
        if dx is not None:
            spread = np.dot(kernel.T, rows).reshape(columns.shape)
            np.copyto(dx.transpose(TO_CHWB), _fold(spread, padded.shape, stride, padding))

    return record(inputs, y.transpose(FROM_CHWB), forward, backward)


def _check_conv(shapes: list[tuple[int, ...]], stride: int, padding: int) -> list[tuple[int, ...]]:
    """Refuse shapes that do not fit, and return those of the images and of the weight."""
    images, weight = shapes[:2]
    if stride < 1 or padding < 0:
        raise ValueError(
            f"conv2d needs a stride of at least 1 and padding of at least 0, got {stride}, {padding}"
        )
    if len(images) != 4 or len(weight) != 4 or images[1] != weight[1]:
        raise ValueError(f"conv2d needs x (B, C, H, W) and weight (O, C, K, L), got {images} and {weight}")
    if len(shapes) == 3 and shapes[2] != weight[:1]:
        raise ValueError(f"conv2d needs bias ({weight[0]},), got {shapes[2]}")
    if min(weight[2:]) < 1 or any(
        side + 2 * padding < size for side, size in zip(images[2:], weight[2:], strict=True)
    ):
        raise ValueError(
            f"a kernel of {weight[2:]} does not fit into images of {images[2:]} with padding {padding}"
        )
    return [images, weight]


def _fold(columns: Array, padded: tuple[int, ...], stride: int, padding: int) -> Array:
    """Add every column where it came from.   columns (C, K, L, I, J, B) -> (C, H, W, B), the padding cut
    off
    """
    total = np.zeros(padded, columns.dtype)
    _, tall, wide, down, across, _ = columns.shape
    for k in range(tall):
        for j in range(wide):
            target = total[:, k : k + stride * down : stride, j : j + stride * across : stride]
            np.add(target, columns[:, k, j], out=target)
    return total[:, padding : padded[1] - padding, padding : padded[2] - padding]


def max_pool2d(x: Operand, kernel_size: int, stride: int | None = None) -> Tensor:
    """y[b, c, i, j] = max over k, l < K of x[b, c, s i + k, s j + l].   x (B, C, H, W) -> y (B, C, I, J)

    K the kernel_size, s the stride, which is K unless given, I = (H - K) // s + 1, J likewise. The gradient
    goes to the first maximum of a window, row by row, as in PyTorch. ValueError when a window does not fit.
    """
    x = as_tensor(x)
    step = kernel_size if stride is None else stride
    y = _pooled("max_pool2d", x.data, kernel_size, step)
    source, places = x.data.transpose(TO_CHWB), _places(y.shape, kernel_size, step)
    parts = [source[place] for place in places]
    free, hit, share = np.empty(y.shape, np.bool_), np.empty(y.shape, np.bool_), np.empty_like(y)
    tiles = step == kernel_size and y.size * kernel_size**2 == x.data.size

    def forward() -> None:
        np.copyto(y, parts[0])
        for part in parts[1:]:
            np.maximum(y, part, out=y)

    def backward(g: Array, dx: Array) -> None:
        """Write each element once where the windows tile the image, and add up where they overlap."""
        upper, target = g.transpose(TO_CHWB), dx.transpose(TO_CHWB)
        free.fill(True)
        if not tiles:
            dx.fill(0)
        for part, place in zip(parts, places, strict=True):
            np.equal(part, y, out=hit)
            np.logical_and(hit, free, out=hit)
            np.logical_xor(free, hit, out=free)
            np.multiply(upper, hit, out=target[place] if tiles else share)
            if not tiles:
                np.add(target[place], share, out=target[place])

    return record((x,), y.transpose(FROM_CHWB), forward, backward)


def avg_pool2d(x: Operand, kernel_size: int, stride: int | None = None) -> Tensor:
    """y[b, c, i, j] = mean over k, l < K of x[b, c, s i + k, s j + l].   x (B, C, H, W) -> y (B, C, I, J)

    K the kernel_size, s the stride, which is K unless given, I = (H - K) // s + 1, J likewise. Each element
    of a window gets g / K^2. ValueError when a window does not fit.
    """
    x = as_tensor(x)
    step = kernel_size if stride is None else stride
    y = _pooled("avg_pool2d", x.data, kernel_size, step)
    source = x.data.transpose(TO_CHWB)
    parts = [source[place] for place in _places(y.shape, kernel_size, step)]

    def forward() -> None:
        np.copyto(y, parts[0])
        for part in parts[1:]:
            np.add(y, part, out=y)
        np.multiply(y, 1 / kernel_size**2, out=y)

    def backward(g: Array, dx: Array) -> None:
        share, target = g.transpose(TO_CHWB) * (1 / kernel_size**2), dx.transpose(TO_CHWB)
        dx.fill(0)
        for place in _places(y.shape, kernel_size, step):
            np.add(target[place], share, out=target[place])

    return record((x,), y.transpose(FROM_CHWB), forward, backward)


def upsample_nearest(x: Operand, scale_factor: int) -> Tensor:
    """y[b, c, i, j] = x[b, c, i // f, j // f], f = scale_factor.   x (B, C, H, W) -> y (B, C, f H, f W)

    dx = the sum of g over the f x f copies. ValueError unless x has four axes and f is at least 1.
    """
    x = as_tensor(x)
    if x.data.ndim != 4 or scale_factor < 1:
        raise ValueError(
            f"upsample_nearest needs x (B, C, H, W) and a factor >= 1, got {x.shape}, {scale_factor}"
        )
    batch, channels, height, width = x.shape
    y = np.empty((channels, height, scale_factor, width, scale_factor, batch), x.data.dtype)
    flat = y.reshape(channels, height * scale_factor, width * scale_factor, batch)

    def forward() -> None:
        np.copyto(y, x.data.transpose(TO_CHWB)[:, :, None, :, None, :])

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx.transpose(TO_CHWB), g.transpose(TO_CHWB).reshape(y.shape).sum(axis=(2, 4)))

    return record((x,), flat.transpose(FROM_CHWB), forward, backward)


def _pooled(name: str, data: Array, size: int, step: int) -> Array:
    """Allocate the result of a pooling, (C, I, J, B), after checking that a window fits."""
    if data.ndim != 4 or size < 1 or step < 1 or min(data.shape[2:]) < size:
        raise ValueError(
            f"{name} needs a window of at least 1, a stride of at least 1 and x (B, C, H, W) with sides of "
            f"at least the window's, got {size}, {step} and {data.shape}"
        )
    batch, channels, height, width = data.shape
    return np.empty((channels, (height - size) // step + 1, (width - size) // step + 1, batch), data.dtype)


def _places(pooled: tuple[int, ...], size: int, step: int) -> list[tuple[slice, slice, slice]]:
    """List where the first, second, ... elements of all windows are, row by row."""
    _, down, across, _ = pooled
    return [
        (slice(None), slice(k, k + step * down, step), slice(j, j + step * across, step))
        for k in range(size)
        for j in range(size)
    ]
