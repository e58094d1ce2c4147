"""What a training costs, from the configuration alone, against what it really takes."""

import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.bill import Bill
from engine.estimate import Limits, estimate
from engine.examples import Examples, fit
from engine.shapes import Signal, walk
from engine.train import Training
from tests.engine.configurations import FAMILIES, LINEAR, XOR, classes, configuration, xor_configuration


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


def test_a_training_within_the_limits_has_no_problems() -> None:
    assert estimate(xor_configuration(), XOR.signal(), 4).problems == ()


FIVE = Signal((5,))
WIDE_DENSE = [{"type": "linear", "units": 4096}, LINEAR]
FILTERS = [{"type": "conv2d", "filters": 200}, {"type": "flatten"}, LINEAR]


def problems_of(
    layers: list[dict[str, Any]],
    limits: Limits,
    signal: Signal = FIVE,
    rows: int = 22,
    **changes: Any,
) -> dict[str, str]:
    """Return the messages by the limit that is exceeded."""
    found = estimate(configuration(layers, **changes), signal, rows, limits).problems
    return {f"{problem.field} {problem.limit}": problem.message for problem in found}


@pytest.mark.parametrize(
    ("layers", "changes", "limits", "place", "words"),
    [
        (
            WIDE_DENSE,
            {},
            Limits(1000),
            "layers 1,000 parameters",
            "67 % of them in layers[0]. “units” of layers[0] 4096 → 110",
        ),
        ([LINEAR], {}, Limits(parameters=2), "layers 2 parameters", "Narrower layers alone would not fit"),
        ([LINEAR], {"epochs": 1_000_000}, Limits(), "epochs 200,000 steps", "1000000 → 66666 would fit"),
        ([LINEAR], {}, Limits(steps=2), "epochs 2 steps", "Not even one epoch"),
        (WIDE_DENSE, {"batch_size": 22}, Limits(bytes=10**6), "batch_size 1 MB", "“batch_size” 22 → "),
        (WIDE_DENSE, {"batch_size": None}, Limits(bytes=10**6), "batch_size 1 MB", "all examples → "),
        (WIDE_DENSE, {}, Limits(bytes=10**5), "batch_size 0 MB", "Not even a batch of 1 would fit"),
        (WIDE_DENSE, {"epochs": 60_000}, Limits(seconds=5.0), "epochs 5 s", "“epochs” 60000 → "),
        (WIDE_DENSE, {}, Limits(seconds=1e-9), "epochs 1e-09 s", "Not even one epoch"),
    ],
)
def test_what_is_over_a_limit_is_told_with_what_would_fit(
    layers: list[dict[str, Any]], changes: dict[str, Any], limits: Limits, place: str, words: str
) -> None:
    assert words in problems_of(layers, limits, **changes)[place]


def test_filters_that_would_fit_are_named() -> None:
    message = problems_of(FILTERS, Limits(parameters=5000), Signal((1, 8, 8)))["layers 5,000 parameters"]

    assert "“filters” of layers[0] 200 → " in message


@pytest.mark.parametrize(
    ("limits", "changes", "name"),
    [
        (Limits(seconds=0.5), {"epochs": 60_000}, "epochs"),
        (Limits(steps=70), {"epochs": 60}, "epochs"),
        (Limits(steps=70, seconds=0.01), {"epochs": 6000}, "epochs"),
        (Limits(bytes=10**6), {"batch_size": 22}, "batch_size"),
        (Limits(bytes=10**6, seconds=0.5, steps=70), {"batch_size": None, "epochs": 60_000}, "both"),
    ],
)
def test_what_is_said_to_fit_does_fit_and_one_more_does_not(
    limits: Limits, changes: dict[str, Any], name: str
) -> None:
    messages = list(problems_of(WIDE_DENSE, limits, **changes).values())
    said = {
        field: int(value) for text in messages for field, value in re.findall(r"“(\w+)” .+? → (\d+)", text)
    }
    assert set(said) == ({"epochs", "batch_size"} if name == "both" else {name})

    assert problems_of(WIDE_DENSE, limits, **(changes | said)) == {}
    for field, value in said.items():
        assert problems_of(WIDE_DENSE, limits, **(changes | said | {field: value + 1})) != {}


def followed(layers: list[dict[str, Any]], advice: str) -> dict[str, Any]:
    """Return the layers, the batch size and the epochs that the messages call fitting."""
    changed = [dict(layer) for layer in layers]
    for name, number, width in re.findall(r"“(\w+)” of layers\[(\d+)] \d+ → (\d+)", advice):
        changed[int(number)][name] = int(width)
    numbers = re.findall(r"“(batch_size|epochs)” (?:\d+|all examples) → (\d+)", advice)
    return {"layers": changed} | {name: int(number) for name, number in numbers}


LARGE = st.one_of(
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)).map(
        lambda units: (
            [{"type": "linear", "units": units[0]}, {"type": "linear", "units": units[1]}, LINEAR],
            (50,),
        )
    ),
    st.tuples(st.integers(1, 256), st.integers(1, 256)).map(
        lambda filters: (
            [
                {"type": "conv2d", "filters": filters[0]},
                {"type": "relu"},
                {"type": "conv2d", "filters": filters[1]},
                {"type": "flatten"},
                LINEAR,
            ],
            (1, 8, 8),
        )
    ),
)


@settings(deadline=None)
@given(
    LARGE,
    st.integers(1, 100_000),
    st.one_of(st.none(), st.integers(2, 20_000)),
    st.integers(2, 20_000),
    st.sampled_from([None, {"patience": 9, "validation": 0.3}]),
)
@example(
    ([{"type": "linear", "units": 900}, {"type": "linear", "units": 900}, LINEAR], (50,)),
    400,
    None,
    9000,
    None,
)
def test_whoever_follows_all_of_the_advice_is_not_refused_again(
    network: tuple[list[dict[str, Any]], tuple[int, ...]],
    epochs: int,
    batch_size: int | None,
    rows: int,
    early_stopping: dict[str, Any] | None,
) -> None:
    layers, shape = network
    limits = Limits(parameters=20_000, steps=20_000, bytes=8 * 1024**2, seconds=5)
    place = {"limits": limits, "signal": Signal(shape), "rows": rows}
    given = {"epochs": epochs, "batch_size": batch_size, "early_stopping": early_stopping}
    advice = " ".join(problems_of(layers, **place, **given).values())
    for hopeless in ("Not even", "would not fit"):
        assume(hopeless not in advice)

    changed = given | followed(layers, advice)
    assert problems_of(**place, **changed) == {}


def test_one_change_may_be_enough_for_two_limits() -> None:
    limits = Limits(parameters=1000, bytes=10**6)

    messages = problems_of(WIDE_DENSE, limits, rows=100, batch_size=100)

    assert "“units” of layers[0] 4096 → 110 would fit." in messages["layers 1,000 parameters"]
    assert "What is advised above is enough." in messages["batch_size 1 MB"]


def test_the_layer_that_must_fit_the_targets_is_not_told_to_shrink() -> None:
    layers = [
        {"type": "linear", "units": 8},
        {"type": "relu"},
        {"type": "linear", "units": 64},
        {"type": "relu"},
    ]

    message = problems_of(layers, Limits(parameters=600))["layers 600 parameters"]

    assert "“units” of layers[0] 8 → 7 would fit." in message


def test_where_one_narrower_layer_is_not_enough_all_are_told_a_width() -> None:
    layers = [{"type": "linear", "units": units} for units in (400, 9, 500)]

    message = problems_of([*layers, LINEAR], Limits(parameters=200))["layers 200 parameters"]

    assert (
        "“units” of layers[0] 400 → 7 and “units” of layers[1] 9 → 7 and “units” of layers[2] 500 → 7"
        in message
    )


def test_no_batch_is_advised_that_no_configuration_may_have() -> None:
    (message,) = problems_of([LINEAR], Limits(bytes=10**8), rows=1_000_000, batch_size=None).values()

    assert "all examples → 100000 would fit" in message


@pytest.mark.parametrize("rows", range(2001, 2011))
def test_a_batch_said_to_fit_leaves_no_single_example_for_a_batch_norm(rows: int) -> None:
    layers = [{"type": "linear", "units": 100}, {"type": "batch_norm"}, LINEAR]
    (message,) = problems_of(layers, Limits(bytes=2 * 10**6), rows=rows, batch_size=None).values()

    fit(configuration(**followed(layers, message)), classes(5).part(np.arange(rows) % 22))


def test_a_smaller_batch_that_makes_too_many_steps_comes_with_fewer_epochs() -> None:
    limits = Limits(bytes=10**6, steps=70)

    messages = problems_of(WIDE_DENSE, limits, batch_size=22, epochs=60)

    (message,) = messages.values()
    assert re.search(r"“batch_size” 22 → \d+ would fit. “epochs” 60 → \d+ would fit.$", message)


def test_the_largest_share_may_lie_outside_the_layers() -> None:
    messages = problems_of(
        [LINEAR],
        Limits(seconds=0.01),
        rows=100_000,
        batch_size=None,
        epochs=100,
        optimizer={"type": "sgd", "lr": 0.1},
        early_stopping={"patience": 9, "validation": 0.5},
    )

    assert "in early_stopping" in messages["epochs 0.01 s"]
