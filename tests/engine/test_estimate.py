"""What is over the limits of a training is told with what would fit."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.estimate import Limits, estimate
from engine.examples import fit
from engine.shapes import Signal
from tests.engine.configurations import LINEAR, XOR, classes, configuration, xor_configuration


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

    assert fit(configuration(**followed(layers, message)), classes(5).part(np.arange(rows) % 22))


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
