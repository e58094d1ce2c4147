"""From a configuration to a network: one Sequential, its layers numbered as in the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine import init, schedules
from engine.layers import dense
from engine.layers.attention import TransformerBlock
from engine.layers.image import AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, MaxPool2d
from engine.layers.recurrent import KINDS
from engine.layers.tokens import Patches, Positions, Select
from engine.module import Module, Sequential
from engine.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.rng import Streams
from engine.shapes import Signal, Stage, walk
from engine.spec import TrainSpec, initial
from engine.spec import layers as spec
from engine.tensor import Array


@dataclass(frozen=True)
class Workshop:
    """What every builder needs: the streams to draw from, the dtype, and how weights start."""

    streams: Streams
    dtype: npt.DTypeLike
    init: Any

    def generator(self) -> np.random.Generator:
        """Return the stream that parameters are drawn from."""
        return self.streams.get("init")


class Weighted(NamedTuple):
    """A layer whose weight and bias can start by another rule."""

    weight: Array
    bias: Array | None


def build(training: TrainSpec, signal: Signal, streams: Streams) -> Sequential:
    """Build the network for inputs of the given shape; Refused names the first layer that does not fit."""
    stages = walk(training.layers, signal)
    parameters = sum(stage.cost.parameters for stage in stages)
    workshop = Workshop(streams, np.dtype(training.number_type(parameters)), training.init)
    return Sequential(*(BUILDERS[type(stage.layer)](stage, workshop) for stage in stages))


def _linear(stage: Stage, shop: Workshop) -> Module:
    size, units = stage.input.shape[-1], stage.layer.units
    module = dense.Linear(size, units, stage.layer.bias, generator=shop.generator(), dtype=shop.dtype)
    start(Weighted(module.weight.data, module.bias.data if module.bias else None), stage.layer.init, shop)
    return module


def _conv2d(stage: Stage, shop: Workshop) -> Module:
    layer = stage.layer
    module = Conv2d(
        stage.input.shape[0],
        layer.filters,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        generator=shop.generator(),
        dtype=shop.dtype,
    )
    start(Weighted(module.weight.data, module.bias.data if module.bias else None), layer.init, shop)
    return module


def start(weighted: Weighted, own: Any, shop: Workshop) -> None:
    """Draw the weights again where the layer or the configuration asks for another rule; biases become 0."""
    rule = shop.init if own is None else own
    if isinstance(rule, initial.Torch):
        return
    weighted.weight[...] = _drawn(rule, weighted.weight.shape, shop.generator())
    if weighted.bias is not None:
        weighted.bias.fill(0)


def _drawn(rule: Any, shape: Sequence[int], generator: np.random.Generator) -> Array:
    if isinstance(rule, initial.Normal):
        return init.normal(shape, rule.std, generator)
    if isinstance(rule, initial.Uniform):
        return init.uniform(shape, rule.bound, generator)
    if isinstance(rule, initial.Constant):
        return np.full(tuple(shape), rule.value)
    return NAMED[rule.type](shape, generator)


def _plain(stage: Stage, shop: Workshop) -> Module:
    kind, shape = stage.layer.type, stage.input.shape
    if kind == "layer_norm":
        return dense.LayerNorm(shape[-1], dtype=shop.dtype)
    if kind == "batch_norm":
        return (BatchNorm2d if len(shape) == 3 else BatchNorm1d)(shape[0], dtype=shop.dtype)
    return PLAIN[kind]()


def _recurrent(stage: Stage, shop: Workshop) -> Module:
    layer = stage.layer
    return KINDS[layer.type](
        stage.input.shape[1],
        layer.units,
        sequences=layer.sequences,
        generator=shop.generator(),
        dtype=shop.dtype,
    )


def _block(stage: Stage, shop: Workshop) -> Module:
    size, layer = stage.input.shape[1], stage.layer
    return TransformerBlock(
        size, layer.heads, causal=layer.causal, generator=shop.generator(), dtype=shop.dtype
    )


def _patches(stage: Stage, shop: Workshop) -> Module:
    layer = stage.layer
    return Patches(
        stage.input.shape[0],
        layer.size,
        layer.units,
        layer.class_token,
        generator=shop.generator(),
        dtype=shop.dtype,
    )


def _embedding(stage: Stage, shop: Workshop) -> Module:
    symbols, units = stage.input.symbols, stage.layer.units
    return dense.Embedding(symbols, units, generator=shop.generator(), dtype=shop.dtype)


def _positions(stage: Stage, shop: Workshop) -> Module:
    length, size = stage.input.shape
    return Positions(length, size, generator=shop.generator(), dtype=shop.dtype)


def _pool(stage: Stage, shop: Workshop) -> Module:
    kind = MaxPool2d if stage.layer.type == "max_pool2d" else AvgPool2d
    return kind(stage.layer.kernel_size)


NAMED: dict[str, Callable[[Sequence[int], np.random.Generator], Array]] = {
    "xavier_uniform": init.xavier_uniform,
    "xavier_normal": init.xavier_normal,
    "he_uniform": init.he_uniform,
    "he_normal": init.he_normal,
}
PLAIN: dict[str, Callable[[], Module]] = {
    "identity": dense.Identity,
    "sigmoid": dense.Sigmoid,
    "tanh": dense.Tanh,
    "relu": dense.ReLU,
    "softmax": dense.Softmax,
    "flatten": dense.Flatten,
}
BUILDERS: dict[type, Callable[[Stage, Workshop], Module]] = {
    spec.Linear: _linear,
    spec.Plain: _plain,
    spec.LeakyReLU: lambda stage, shop: dense.LeakyReLU(stage.layer.negative_slope),
    spec.ELU: lambda stage, shop: dense.ELU(stage.layer.alpha),
    spec.GELU: lambda stage, shop: dense.GELU(stage.layer.approximate),
    spec.Dropout: lambda stage, shop: dense.Dropout(stage.layer.p, generator=shop.streams.get("dropout")),
    spec.GaussianNoise: lambda stage, shop: dense.GaussianNoise(
        stage.layer.std, generator=shop.streams.get("noise")
    ),
    spec.Conv2d: _conv2d,
    spec.Pool2d: _pool,
    spec.Embedding: _embedding,
    spec.Positions: _positions,
    spec.Patches: _patches,
    spec.Recurrent: _recurrent,
    spec.TransformerBlock: _block,
    spec.Select: lambda stage, shop: Select(stage.layer.token),
}


def build_optimizer(spec: TrainSpec, parameters: Any) -> Optimizer:
    """Make the optimizer a configuration asks for, over parameters or a Flat."""
    settings = spec.optimizer.model_dump()
    kind = settings.pop("type")
    makers: dict[str, Callable[..., Optimizer]] = {
        "sgd": SGD, "adagrad": Adagrad, "rmsprop": RMSprop, "adam": Adam, "adamw": AdamW
    }  # fmt: skip
    return makers[kind](parameters, **settings)


def build_schedule(spec: TrainSpec, steps: int) -> schedules.Schedule:
    """Make the schedule a configuration asks for, for a training of so many steps."""
    wanted = spec.schedule
    rest = max(1, steps - wanted.warmup)
    after = {
        "constant": schedules.constant(),
        "cosine": schedules.cosine(rest, wanted.final),
        "step": schedules.step_decay(wanted.every, wanted.factor),
        "exponential": schedules.exponential(wanted.factor),
    }[wanted.type]
    return schedules.linear_warmup(wanted.warmup, after) if wanted.warmup else after
