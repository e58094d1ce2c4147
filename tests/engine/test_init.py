"""How parameters start: the bound and the variance of our draws, and PyTorch's beside them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from engine import init
from engine.build import build
from engine.layers.attention import MultiheadAttention, TransformerBlock
from engine.layers.dense import Embedding, LayerNorm, Linear
from engine.layers.image import BatchNorm1d, BatchNorm2d, Conv2d
from engine.layers.recurrent import GRU, LSTM, RNN
from engine.layers.tokens import Patches, Positions
from engine.module import Module
from engine.rng import Streams
from engine.shapes import Signal
from tests.engine.configurations import configuration

ENOUGH = 20_000
"""Draws of each parameter: the variance is then right within 1 %, and the largest within 0.1 % of a bound."""


@dataclass(frozen=True)
class Uniform:
    """U(-bound, bound)."""

    bound: float

    def fits(self, values: np.ndarray) -> bool:
        """The largest is just below the bound; the variance is b^2 / 3, the fourth moment b^4 / 5."""
        largest = np.abs(values).max() / self.bound
        return 0.998 < largest <= 1 + 1e-6 and spread(values, self.bound / math.sqrt(3), 9 / 5)


@dataclass(frozen=True)
class Normal:
    """N(0, std^2)."""

    std: float

    def fits(self, values: np.ndarray) -> bool:
        """The variance is s^2, the fourth moment 3 s^4, and the largest of thousands is far out."""
        return np.abs(values).max() > 3.2 * self.std and spread(values, self.std, 3)


@dataclass(frozen=True)
class Constant:
    """One value."""

    value: float

    def fits(self, values: np.ndarray) -> bool:
        """All are it."""
        return bool((values == self.value).all())


Law = Uniform | Normal | Constant
NOUGHT, UNIT = Constant(0), Constant(1)


def spread(values: np.ndarray, std: float, tail: float) -> bool:
    """Tell whether mean, variance and fourth moment are those of a law, within six of their own errors."""
    scaled = values.astype(np.float64) / std
    few = 6 / math.sqrt(len(values))
    return bool(
        abs(scaled.mean()) < few
        and abs((scaled**2).mean() - 1) < few * math.sqrt(tail - 1)
        and abs((scaled**4).mean() - tail) < few * 10
    )


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def both(weight: Law, bias: Law) -> dict[str, Law]:
    return {"weight": weight, "bias": bias}


def recurrent(units: int) -> dict[str, Law]:
    """Every parameter of two layers: U(-b, b), b = 1 / sqrt(H), whatever the number of inputs."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {f"{name}_l{layer}": Uniform(units**-0.5) for layer in range(2) for name in names}


def attention(size: int) -> dict[str, Law]:
    return {
        "in_proj_weight": Uniform(math.sqrt(6 / (4 * size))),
        "in_proj_bias": NOUGHT,
        "out_proj.weight": Uniform(size**-0.5),
        "out_proj.bias": NOUGHT,
    }


def named(prefix: str, laws: dict[str, Law]) -> dict[str, Law]:
    return {f"{prefix}.{name}": law for name, law in laws.items()}


NORM = both(UNIT, NOUGHT)
AVERAGES = NORM | {"running_mean": NOUGHT, "running_var": UNIT, "num_batches_tracked": NOUGHT}
BLOCK = (
    named("self_attn", attention(8))
    | named("linear1", both(Uniform(8**-0.5), Uniform(8**-0.5)))
    | named("linear2", both(Uniform(32**-0.5), Uniform(32**-0.5)))
    | named("norm1", NORM)
    | named("norm2", NORM)
)
torch_block = partial(nn.TransformerEncoderLayer, 8, 2, 32, 0.0, "gelu", batch_first=True, norm_first=True)
LAYERS: dict[str, tuple[Callable[..., Module], Callable[[], nn.Module] | None, dict[str, Law]]] = {
    "linear": (partial(Linear, 9, 50), partial(nn.Linear, 9, 50), both(Uniform(1 / 3), Uniform(1 / 3))),
    "linear, no bias": (
        partial(Linear, 9, 50, bias=False), partial(nn.Linear, 9, 50, bias=False), {"weight": Uniform(1 / 3)},
    ),
    "conv2d": (
        partial(Conv2d, 2, 50, 3), partial(nn.Conv2d, 2, 50, 3), both(Uniform(18**-0.5), Uniform(18**-0.5)),
    ),
    "embedding": (partial(Embedding, 30, 7), partial(nn.Embedding, 30, 7), {"weight": Normal(1)}),
    "rnn": (partial(RNN, 3, 16, 2), partial(nn.RNN, 3, 16, 2), recurrent(16)),
    "lstm": (partial(LSTM, 3, 16, 2), partial(nn.LSTM, 3, 16, 2), recurrent(16)),
    "gru": (partial(GRU, 3, 16, 2), partial(nn.GRU, 3, 16, 2), recurrent(16)),
    "attention": (partial(MultiheadAttention, 8, 2), partial(nn.MultiheadAttention, 8, 2), attention(8)),
    "transformer block": (partial(TransformerBlock, 8, 2), torch_block, BLOCK),
    "layer norm": (lambda **_: LayerNorm(5), partial(nn.LayerNorm, 5), NORM),
    "batch norm": (lambda **_: BatchNorm1d(5), partial(nn.BatchNorm1d, 5), AVERAGES),
    "batch norm of images": (lambda **_: BatchNorm2d(5), partial(nn.BatchNorm2d, 5), AVERAGES),
    "positions": (partial(Positions, 9, 8), None, {"weight": Normal(0.02)}),
    "patches": (
        partial(Patches, 2, 3, 20), None,
        {"token": Normal(0.02)} | named("projection", both(Uniform(18**-0.5), Uniform(18**-0.5))),
    ),
}  # fmt: skip


def gathered(make: Callable[[], dict[str, np.ndarray]], laws: dict[str, Law]) -> dict[str, np.ndarray]:
    """Make layers until each random parameter was drawn often enough, and put the draws side by side."""
    states = [make()]
    fewest = min(
        (states[0][name].size for name, law in laws.items() if not isinstance(law, Constant)), default=ENOUGH
    )
    states += [make() for _ in range(ENOUGH // fewest)]
    return {name: np.concatenate([state[name].reshape(-1) for state in states]) for name in states[0]}


@pytest.mark.parametrize("name", LAYERS)
def test_each_parameter_of_a_layer_starts_by_its_law(name: str) -> None:
    make, _, laws = LAYERS[name]
    generator = draws()

    values = gathered(lambda: make(generator=generator).state_dict(), laws)

    assert {key: law.fits(values[key]) for key, law in laws.items()} == dict.fromkeys(values, True)


@pytest.mark.parametrize("name", [name for name, (_, twin, _) in LAYERS.items() if twin])
def test_the_law_is_that_of_pytorch(name: str) -> None:
    _, twin, laws = LAYERS[name]
    torch.manual_seed(0)

    values = gathered(lambda: {key: value.numpy() for key, value in twin().state_dict().items()}, laws)  # type: ignore[misc]

    assert {key: law.fits(values[key]) for key, law in laws.items()} == dict.fromkeys(values, True)


def of_torch(rule: Callable[..., Any], **options: Any) -> Callable[[tuple[int, ...]], np.ndarray]:
    return lambda shape: rule(torch.empty(shape, dtype=torch.float64), **options).numpy()


SHAPES = {(40, 10): (10, 40), (30, 2, 3, 4): (24, 360)}
"""Shapes of weights, and their fan_in and fan_out."""
RULES: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[[int, int], Law]]] = {
    "torch default": (
        init.torch_default, of_torch(nn.init.kaiming_uniform_, a=math.sqrt(5)), lambda i, _: Uniform(i**-0.5),
    ),
    "xavier uniform": (
        init.xavier_uniform, of_torch(nn.init.xavier_uniform_), lambda i, o: Uniform(math.sqrt(6 / (i + o))),
    ),
    "xavier uniform, gain": (
        partial(init.xavier_uniform, gain=5 / 3), of_torch(nn.init.xavier_uniform_, gain=5 / 3),
        lambda i, o: Uniform(5 / 3 * math.sqrt(6 / (i + o))),
    ),
    "xavier normal": (
        init.xavier_normal, of_torch(nn.init.xavier_normal_), lambda i, o: Normal(math.sqrt(2 / (i + o))),
    ),
    "xavier normal, gain": (
        partial(init.xavier_normal, gain=5 / 3), of_torch(nn.init.xavier_normal_, gain=5 / 3),
        lambda i, o: Normal(5 / 3 * math.sqrt(2 / (i + o))),
    ),
    "he uniform": (
        init.he_uniform, of_torch(nn.init.kaiming_uniform_, nonlinearity="relu"),
        lambda i, _: Uniform(math.sqrt(6 / i)),
    ),
    "he normal": (
        init.he_normal, of_torch(nn.init.kaiming_normal_, nonlinearity="relu"),
        lambda i, _: Normal(math.sqrt(2 / i)),
    ),
    "uniform": (
        lambda shape, generator: init.uniform(shape, 0.3, generator),
        of_torch(nn.init.uniform_, a=-0.3, b=0.3),
        lambda *_: Uniform(0.3),
    ),
    "normal": (
        lambda shape, generator: init.normal(shape, 0.3, generator), of_torch(nn.init.normal_, std=0.3),
        lambda *_: Normal(0.3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", RULES)
def test_a_rule_draws_as_pytorch_does(name: str, shape: tuple[int, ...]) -> None:
    rule, twin, law = RULES[name]
    generator = draws()
    torch.manual_seed(0)

    laws = {"weight": law(*SHAPES[shape])}

    ours = gathered(lambda: {"weight": rule(shape, generator=generator)}, laws)
    theirs = gathered(lambda: {"weight": twin(shape)}, laws)

    assert laws["weight"].fits(ours["weight"])
    assert laws["weight"].fits(theirs["weight"])


IN_CONFIGURATIONS: list[tuple[dict[str, Any], Callable[[int, int], Law], bool]] = [
    ({"type": "torch"}, lambda i, _: Uniform(i**-0.5), True),
    ({"type": "xavier_uniform"}, lambda i, o: Uniform(math.sqrt(6 / (i + o))), False),
    ({"type": "xavier_normal"}, lambda i, o: Normal(math.sqrt(2 / (i + o))), False),
    ({"type": "he_uniform"}, lambda i, _: Uniform(math.sqrt(6 / i)), False),
    ({"type": "he_normal"}, lambda i, _: Normal(math.sqrt(2 / i)), False),
    ({"type": "normal", "std": 0.3}, lambda *_: Normal(0.3), False),
    ({"type": "uniform", "bound": 0.3}, lambda *_: Uniform(0.3), False),
    ({"type": "constant", "value": 0.3}, lambda *_: Constant(np.float32(0.3)), False),
]


@pytest.mark.parametrize("own", [False, True], ids=["for all layers", "of the layer"])
@pytest.mark.parametrize(
    ("rule", "law", "biased"), IN_CONFIGURATIONS, ids=[row[0]["type"] for row in IN_CONFIGURATIONS]
)
def test_a_configuration_starts_weights_and_biases_by_its_rule(
    rule: dict[str, Any], law: Callable[[int, int], Law], biased: bool, own: bool
) -> None:
    layers = [
        {"type": "conv2d", "filters": 100, "kernel_size": 3},
        {"type": "flatten"},
        {"type": "linear", "units": 150},
    ]
    choice = {"init": rule} if not own else {"init": {"type": "constant", "value": 7}}
    if own:
        layers = [layer | ({"init": rule} if layer["type"] != "flatten" else {}) for layer in layers]
    spec, streams = configuration(layers, precision="float32", **choice), Streams(0)

    laws = {"0.weight": law(18, 900), "2.weight": law(100, 150)}
    laws |= {"0.bias": law(18, 900) if biased else NOUGHT, "2.bias": law(100, 150) if biased else NOUGHT}

    values = gathered(lambda: build(spec, Signal((2, 3, 3)), streams).state_dict(), laws)

    assert {key: law.fits(values[key]) for key, law in laws.items()} == dict.fromkeys(values, True)


@pytest.mark.parametrize("factor", [0.9, 1.1])
@pytest.mark.parametrize("law", [Uniform, Normal])
def test_a_tenth_more_or_less_is_noticed(law: type[Uniform] | type[Normal], factor: float) -> None:
    values = draws().uniform(-2, 2, ENOUGH) if law is Uniform else draws().normal(0, 2, ENOUGH)

    assert law(2).fits(values)
    assert not law(2).fits(factor * values)


def test_the_wrong_shape_of_a_law_is_noticed() -> None:
    assert not Normal(1).fits(draws().uniform(-math.sqrt(3), math.sqrt(3), ENOUGH))
    assert not Uniform(math.sqrt(3)).fits(draws().normal(size=ENOUGH))
    assert not Uniform(1).fits(np.abs(draws().uniform(-1, 1, ENOUGH)))


def test_a_vector_has_no_fans() -> None:
    with pytest.raises(ValueError, match=r"two axes, got \(3,\)"):
        init.torch_default((3,), draws())
