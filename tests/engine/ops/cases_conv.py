"""Convolution, pooling and upsampling."""

import numpy as np
from torch.nn import functional

from engine.ops.basic import transpose
from engine.ops.conv import avg_pool2d, conv2d, max_pool2d, upsample_nearest
from tests.engine.ops.case import Case, Refusal


def correlate(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | float = 0.0, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Compute the sum over each window as it is written."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    tall, wide = w.shape[2:]
    down, across = (x.shape[2] - tall) // stride + 1, (x.shape[3] - wide) // stride + 1
    y = np.empty((len(x), len(w), down, across))
    for i in range(down):
        for j in range(across):
            window = x[:, None, :, i * stride : i * stride + tall, j * stride : j * stride + wide]
            y[:, :, i, j] = (window * w).sum((2, 3, 4)) + b
    return y


def pool(x: np.ndarray, size: int, stride: int, reduce: object) -> np.ndarray:
    """Reduce each window as it is written."""
    down, across = (x.shape[2] - size) // stride + 1, (x.shape[3] - size) // stride + 1
    y = np.empty((*x.shape[:2], down, across))
    for i in range(down):
        for j in range(across):
            window = x[:, :, i * stride : i * stride + size, j * stride : j * stride + size]
            y[:, :, i, j] = reduce(window, (2, 3))  # type: ignore[operator]
    return y


def ties(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw small whole numbers, so that windows have several maxima."""
    return generator.integers(0, 3, shape).astype(float)


def turned(op: object) -> object:
    """Call with an image whose memory lies in another order."""
    return lambda x, *rest: op(transpose(x, (0, 1, 3, 2)), *rest)  # type: ignore[operator]


def double(x: np.ndarray) -> np.ndarray:
    """Repeat each pixel twice along both sides."""
    return x.repeat(2, 2).repeat(2, 3)


IMAGES = (3, 2, 5, 6)
WINDOWS = {
    "max pool": (
        lambda x: max_pool2d(x, 2),
        lambda x: pool(x, 2, 2, np.max),
        lambda x: functional.max_pool2d(x, 2),
    ),
    "max pool, overlapping": (
        lambda x: max_pool2d(x, 3, 1),
        lambda x: pool(x, 3, 1, np.max),
        lambda x: functional.max_pool2d(x, 3, 1),
    ),
    "average pool": (
        lambda x: avg_pool2d(x, 2),
        lambda x: pool(x, 2, 2, np.mean),
        lambda x: functional.avg_pool2d(x, 2),
    ),
    "upsample": (
        lambda x: upsample_nearest(x, 2),
        double,
        lambda x: functional.interpolate(x, scale_factor=2),
    ),
}
CASES = [
    Case("conv2d", conv2d, (IMAGES, (4, 2, 3, 3), (4,)), correlate, functional.conv2d),
    Case("conv2d without bias", conv2d, (IMAGES, (4, 2, 3, 2)), correlate, functional.conv2d),
    Case(
        "conv2d, stride and padding",
        lambda x, w, b: conv2d(x, w, b, 2, 1),
        (IMAGES, (4, 2, 3, 3), (4,)),
        lambda x, w, b: correlate(x, w, b, 2, 1),
        lambda x, w, b: functional.conv2d(x, w, b, 2, 1),
    ),
    Case("conv2d, size one", conv2d, ((1, 1, 1, 1), (1, 1, 1, 1), (1,)), correlate, functional.conv2d),
    Case("conv2d, no images", conv2d, ((0, 2, 4, 4), (3, 2, 2, 2), (3,)), correlate, functional.conv2d),
    Case("conv2d, no channels", conv2d, ((2, 0, 4, 4), (3, 0, 2, 2), (3,)), correlate, None),
    Case("conv2d, no filters", conv2d, ((2, 2, 4, 4), (0, 2, 2, 2), (0,)), correlate, None),
    Case(
        "conv2d, padding alone",
        lambda x, w, b: conv2d(x, w, b, 1, 1),
        ((2, 2, 0, 0), (3, 2, 2, 2), (3,)),
        lambda x, w, b: correlate(x, w, b, 1, 1),
        None,
    ),
    Case(
        "conv2d of a view",
        turned(conv2d),
        (IMAGES, (4, 2, 3, 3), (4,)),
        lambda x, w, b: correlate(x.transpose(0, 1, 3, 2), w, b),
        lambda x, w, b: functional.conv2d(x.permute(0, 1, 3, 2), w, b),
    ),
    Case(
        "max pool",
        lambda x: max_pool2d(x, 2),
        (IMAGES,),
        lambda x: pool(x, 2, 2, np.max),
        lambda x: functional.max_pool2d(x, 2),
    ),
    Case(
        "max pool, overlapping",
        lambda x: max_pool2d(x, 3, 1),
        (IMAGES,),
        lambda x: pool(x, 3, 1, np.max),
        lambda x: functional.max_pool2d(x, 3, 1),
    ),
    Case(
        "max pool, ties",
        lambda x: max_pool2d(x, 2),
        (IMAGES,),
        lambda x: pool(x, 2, 2, np.max),
        lambda x: functional.max_pool2d(x, 2),
        ties,
        random=True,
    ),
    Case(
        "max pool, size one",
        lambda x: max_pool2d(x, 1),
        ((1, 1, 1, 1),),
        lambda x: x,
        lambda x: functional.max_pool2d(x, 1),
    ),
    *(
        Case(f"{name}{kind}", op, (shape,), formula, twin if shape[1] else None)
        for kind, shape in {", no images": (0, 2, 4, 4), ", no channels": (2, 0, 4, 4)}.items()
        for name, (op, formula, twin) in WINDOWS.items()
    ),
    Case(
        "average pool, size one",
        lambda x: avg_pool2d(x, 1),
        ((1, 1, 1, 1),),
        lambda x: x,
        lambda x: functional.avg_pool2d(x, 1),
    ),
    Case(
        "upsample, size one",
        lambda x: upsample_nearest(x, 1),
        ((1, 1, 1, 1),),
        lambda x: x,
        lambda x: functional.interpolate(x, scale_factor=1),
    ),
    Case("upsample, no rows", lambda x: upsample_nearest(x, 2), ((1, 2, 0, 3),), double, None),
    Case(
        "average pool",
        lambda x: avg_pool2d(x, 2),
        (IMAGES,),
        lambda x: pool(x, 2, 2, np.mean),
        lambda x: functional.avg_pool2d(x, 2),
    ),
    Case(
        "average pool, overlapping",
        lambda x: avg_pool2d(x, 3, 2),
        (IMAGES,),
        lambda x: pool(x, 3, 2, np.mean),
        lambda x: functional.avg_pool2d(x, 3, 2),
    ),
    Case(
        "upsample",
        lambda x: upsample_nearest(x, 2),
        (IMAGES,),
        double,
        lambda x: functional.interpolate(x, scale_factor=2),
    ),
]
REFUSALS = [
    Refusal(
        "conv2d channels",
        lambda: conv2d(np.ones((1, 3, 4, 4)), np.ones((1, 2, 3, 3))),
        ValueError,
        "weight \\(O, C",
    ),
    Refusal(
        "conv2d bias",
        lambda: conv2d(np.ones((1, 2, 4, 4)), np.ones((1, 2, 3, 3)), np.ones(2)),
        ValueError,
        "bias \\(1,\\)",
    ),
    Refusal(
        "conv2d kernel",
        lambda: conv2d(np.ones((1, 2, 2, 4)), np.ones((1, 2, 3, 3))),
        ValueError,
        "does not fit",
    ),
    Refusal("max pool", lambda: max_pool2d(np.ones((1, 1, 1, 4)), 2), ValueError, "at least the window's"),
    Refusal(
        "max over nothing",
        lambda: max_pool2d(np.ones((1, 1, 0, 4)), 2),
        ValueError,
        r"window's, got 2, 2 and \(1, 1, .",
    ),
    Refusal(
        "mean over nothing",
        lambda: avg_pool2d(np.ones((1, 1, 4, 0)), 2),
        ValueError,
        r"window's, got 2, 2 and \(1, 1, .",
    ),
    Refusal(
        "max over no window",
        lambda: max_pool2d(np.ones((1, 1, 4, 4)), 0),
        ValueError,
        "window of at least 1.* got 0",
    ),
    Refusal(
        "conv2d without a kernel",
        lambda: conv2d(np.ones((1, 2, 4, 4)), np.ones((3, 2, 0, 0))),
        ValueError,
        r"kernel of \(0, 0\)",
    ),
    Refusal(
        "conv2d without a stride",
        lambda: conv2d(np.ones((1, 2, 4, 4)), np.ones((3, 2, 2, 2)), stride=0),
        ValueError,
        "stride of at least 1 and padding of at least 0, got 0, 0",
    ),
    Refusal(
        "conv2d with negative padding",
        lambda: conv2d(np.ones((1, 2, 4, 4)), np.ones((3, 2, 2, 2)), padding=-1),
        ValueError,
        "got 1, -1",
    ),
    Refusal(
        "max pool without a stride",
        lambda: max_pool2d(np.ones((1, 1, 4, 4)), 2, stride=0),
        ValueError,
        "stride of at least 1",
    ),
    Refusal("average pool", lambda: avg_pool2d(np.ones((4, 4)), 2), ValueError, "C, H, W"),
    Refusal("upsample", lambda: upsample_nearest(np.ones((1, 1, 2, 2)), 0), ValueError, "factor >= 1"),
]
