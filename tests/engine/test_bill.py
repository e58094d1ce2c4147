"""What a training costs, from the configuration alone, against what it really takes."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bill import Bill
from engine.estimate import estimate
from engine.examples import Examples
from engine.shapes import Signal, walk
from engine.train import Training
from tests.engine.configurations import FAMILIES, LINEAR, classes, configuration


def peak_of(layers: list[dict[str, Any]], examples: Examples, **changes: Any) -> tuple[int, int]:
    """Train for two epochs; return the predicted and the measured peak in bytes."""
    spec = configuration(layers, **({"epochs": 2} | changes))
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


VALIDATION = {"early_stopping": {"patience": 9, "validation": 0.3}}


@pytest.mark.parametrize("family", sorted(WIDE))
def test_the_memory_of_a_validation_pass_is_predicted_too(family: str) -> None:
    layers, shape, symbols = WIDE[family]

    predicted, measured = peak_of(
        layers, many(*shape, symbols=symbols), batch_size=22, epochs=1, **VALIDATION
    )

    assert 0.5 < measured / predicted < 2


def many(*shape: int, symbols: int = 0) -> Examples:
    """Repeat the 22 examples of a shape 15 times."""
    few = classes(*shape, symbols=symbols)
    return few.part(np.tile(np.arange(22), 15))


DENSE = st.lists(
    st.sampled_from(
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
    ),
    min_size=1,
    max_size=8,
)
IMAGES = st.lists(
    st.sampled_from(
        [
            {"type": "conv2d", "filters": 8, "padding": 1},
            {"type": "conv2d", "filters": 3, "kernel_size": 5, "padding": 2},
            {"type": "conv2d", "filters": 4, "stride": 2, "padding": 1},
            {"type": "relu"},
            {"type": "batch_norm"},
            {"type": "gelu"},
        ]
    ),
    min_size=1,
    max_size=5,
)
SEQUENCES = st.lists(
    st.sampled_from(
        [
            {"type": "rnn", "units": 12, "sequences": True},
            {"type": "lstm", "units": 20, "sequences": True},
            {"type": "gru", "units": 8, "sequences": True},
            {"type": "transformer_block", "heads": 4},
            {"type": "positions"},
            {"type": "layer_norm"},
            {"type": "linear", "units": 16},
        ]
    ),
    min_size=1,
    max_size=4,
)
SETTINGS = st.fixed_dictionaries(
    {"precision": st.sampled_from(["float32", "float64"]), "batch_size": st.sampled_from([None, 22, 100])},
    optional={
        "early_stopping": st.just({"patience": 9, "validation": 0.3}),
        "clip_norm": st.just(1.0),
        "optimizer": st.sampled_from([{"type": "sgd", "lr": 0.01}, {"type": "adamw", "lr": 0.01}]),
    },
)
NETWORKS = st.one_of(
    DENSE.map(lambda layers: ([{"type": "linear", "units": 300}, *layers, LINEAR], (200,))),
    IMAGES.map(lambda layers: ([*layers, {"type": "flatten"}, LINEAR], (2, 12, 12))),
    SEQUENCES.map(
        lambda layers: (
            [{"type": "linear", "units": 16}, *layers, {"type": "select", "token": "mean"}, LINEAR],
            (20, 6),
        )
    ),
)


@settings(max_examples=30, deadline=None)
@given(NETWORKS, SETTINGS)
def test_no_configuration_takes_more_than_twice_its_estimate(
    network: tuple[list[dict[str, Any]], tuple[int, ...]], changes: dict[str, Any]
) -> None:
    layers, shape = network

    predicted, measured = peak_of(layers, many(*shape), epochs=1, **changes)

    assert measured < 2 * predicted


def seconds_of(layers: list[dict[str, Any]], rows: int = 1000, **changes: Any) -> float:
    """Predict the seconds of a training on vectors of 5."""
    return estimate(configuration(layers, **changes), Signal((5,)), rows).seconds


@pytest.mark.parametrize(
    "more",
    [
        {"clip_norm": 1.0},
        {"optimizer": {"type": "adamw", "lr": 0.01}},
        {"batch_size": 1},
        {"epochs": 4},
        {"precision": "float64"},
    ],
)
def test_what_a_configuration_asks_for_beside_the_layers_takes_time(more: dict[str, Any]) -> None:
    wide = [{"type": "linear", "units": 900}, {"type": "relu"}, LINEAR]

    assert seconds_of(wide, **more) > seconds_of(wide)


def test_a_validation_on_many_examples_can_take_longer_than_the_training() -> None:
    plain = {"batch_size": None, "epochs": 100}

    with_validation = seconds_of([LINEAR], **plain, early_stopping={"patience": 9, "validation": 0.5})

    assert with_validation > 2 * seconds_of([LINEAR], rows=500, **plain)


@pytest.mark.parametrize("bend", ["identity", "layer_norm", "batch_norm", "softmax"])
def test_a_number_costs_more_in_a_narrow_layer(bend: str) -> None:
    """Each row of features costs numpy a start, however short it is."""
    seconds = {
        units: seconds_of(
            [{"type": "linear", "units": units}, {"type": bend}, LINEAR],
            rows=128_000 // units,
            batch_size=None,
        )
        for units in (2, 64)
    }

    assert seconds[2] > 5 * seconds[64]


@pytest.mark.parametrize("before", [[], [{"type": "dropout"}]])
def test_the_first_layer_that_learns_hands_no_gradient_on(before: list[dict[str, Any]]) -> None:
    wide = {"type": "linear", "units": 500}
    shares = Bill(
        configuration([*before, wide, wide, LINEAR], batch_size=None), Signal((500,)), 1000
    ).shares()
    first, second = (shares[f"layers[{len(before) + number}]"] for number in (0, 1))

    assert 0.6 < first / second < 0.75


def test_a_batch_norm_on_images_meets_long_runs() -> None:
    layers = [{"type": "conv2d", "filters": 4}, {"type": "batch_norm"}, {"type": "flatten"}, LINEAR]

    assert [stage.cost.runs for stage in walk(configuration(layers).layers, Signal((1, 8, 8)))] == [
        0,
        0,
        0,
        1,
    ]


def test_the_examples_held_out_make_no_steps() -> None:
    training = Training(configuration([LINEAR], **VALIDATION), many(5), 0)

    cost = estimate(training.spec, Signal((5,)), 330)

    assert cost.steps == training.steps == 3 * 29
