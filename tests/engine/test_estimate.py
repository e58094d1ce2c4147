"""What a training costs, from the configuration alone, against what it really takes."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.estimate import Limits, estimate
from engine.examples import Examples
from engine.train import Training
from tests.engine.configurations import FAMILIES, LINEAR, XOR, classes, configuration, xor_configuration


def peak_of(layers: list[dict[str, Any]], examples: Examples, **changes: Any) -> tuple[int, int]:
    """Train for two epochs; return the predicted and the measured peak in bytes."""
    spec = configuration(layers, epochs=2, **changes)
    cost = estimate(spec, examples.signal(), len(examples))
    tracemalloc.start()
    Training(spec, examples, 0).run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return cost.peak_bytes, peak


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_parameters_and_steps_are_counted_exactly(family: str) -> None:
    layers, examples = FAMILIES[family]
    training = Training(configuration(layers), examples, 0)

    cost = estimate(training.spec, examples.signal(), len(examples))

    assert cost.parameters == sum(parameter.data.size for parameter in training.model.parameters())
    assert cost.steps == training.steps == 9


WIDE: dict[str, tuple[list[dict[str, Any]], tuple[int, ...], int]] = {
    "dense": (
        [
            {"type": "linear", "units": 512},
            {"type": "relu"},
            {"type": "linear", "units": 256},
            {"type": "sigmoid"},
            LINEAR,
        ],
        (64,),
        0,
    ),
    "norms": (
        [
            {"type": "linear", "units": 512},
            {"type": "batch_norm"},
            {"type": "tanh"},
            {"type": "layer_norm"},
            {"type": "dropout"},
            LINEAR,
        ],
        (64,),
        0,
    ),
    "images": (
        [
            {"type": "conv2d", "filters": 16, "padding": 1},
            {"type": "relu"},
            {"type": "max_pool2d"},
            {"type": "conv2d", "filters": 32, "padding": 1},
            {"type": "flatten"},
            LINEAR,
        ],
        (3, 16, 16),
        0,
    ),
    "rnn": ([{"type": "rnn", "units": 64}, LINEAR], (50, 8), 0),
    "lstm": ([{"type": "lstm", "units": 64}, LINEAR], (50, 8), 0),
    "gru": ([{"type": "gru", "units": 64}, LINEAR], (50, 8), 0),
    "words": (
        [
            {"type": "embedding", "units": 64},
            {"type": "positions"},
            {"type": "transformer_block", "heads": 4, "causal": True},
            {"type": "select", "token": "last"},
            LINEAR,
        ],
        (48,),
        40,
    ),
    "patches": (
        [
            {"type": "patches", "size": 2, "units": 64},
            {"type": "positions"},
            {"type": "transformer_block", "heads": 4},
            {"type": "select", "token": "first"},
            LINEAR,
        ],
        (1, 12, 12),
        0,
    ),
}


@pytest.mark.parametrize("family", sorted(WIDE))
def test_the_peak_of_memory_is_predicted_within_a_factor_of_two(family: str) -> None:
    layers, shape, symbols = WIDE[family]

    predicted, measured = peak_of(
        layers, classes(*shape, symbols=symbols), batch_size=22, precision="float64"
    )

    assert 0.5 < measured / predicted < 2


LAYERS = st.sampled_from(
    [
        {"type": "linear", "units": 200},
        {"type": "linear", "units": 40},
        {"type": "relu"},
        {"type": "tanh"},
        {"type": "gelu"},
        {"type": "gelu", "approximate": "tanh"},
        {"type": "elu"},
        {"type": "softmax"},
        {"type": "layer_norm"},
        {"type": "batch_norm"},
        {"type": "dropout"},
        {"type": "gaussian_noise", "std": 0.1},
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(LAYERS, min_size=1, max_size=8), st.sampled_from(["float32", "float64"]))
def test_no_configuration_takes_more_than_twice_its_estimate(
    layers: list[dict[str, Any]], precision: str
) -> None:
    room = 300_000

    predicted, measured = peak_of(
        [{"type": "linear", "units": 300}, *layers, LINEAR], classes(200), precision=precision
    )

    assert measured < 2 * predicted + room


def test_a_training_within_the_limits_has_no_problems() -> None:
    assert estimate(xor_configuration(), XOR.signal(), 4).problems == ()


@pytest.mark.parametrize(
    ("layers", "changes", "limits", "field", "words"),
    [
        (
            [{"type": "linear", "units": 4096}, LINEAR],
            {},
            Limits(parameters=1000),
            "layers",
            "67 % of them in layers[0]",
        ),
        ([LINEAR], {"epochs": 1_000_000}, Limits(), "epochs", "66666 would fit"),
        (
            [{"type": "linear", "units": 4096}, LINEAR],
            {"batch_size": 22},
            Limits(bytes=10**6),
            "batch_size",
            "smaller batch",
        ),
        (
            [{"type": "linear", "units": 4096}, LINEAR],
            {"epochs": 60_000},
            Limits(seconds=5.0),
            "epochs",
            "would fit",
        ),
        (
            [{"type": "linear", "units": 4096}, LINEAR],
            {},
            Limits(seconds=1e-9),
            "epochs",
            "Not even one epoch",
        ),
    ],
)
def test_what_is_over_a_limit_is_told_with_what_would_fit(
    layers: list[dict[str, Any]], changes: dict[str, Any], limits: Limits, field: str, words: str
) -> None:
    problems = estimate(configuration(layers, **changes), classes(5).signal(), 22, limits).problems

    assert field in {problem.field for problem in problems}
    assert any(words in problem.message for problem in problems)
