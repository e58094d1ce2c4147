"""What a network may learn from: examples that are no such, or do not fit, are refused by name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.estimate import Limits
from engine.examples import Examples
from engine.strict_json import Refused
from engine.train import Training, train
from tests.engine.configurations import FAMILIES, LINEAR, XOR, classes, configuration, xor_configuration


def test_inputs_without_features_are_refused() -> None:
    for limits in (None, Limits()):
        with pytest.raises(Refused, match=r"give them a second axis, \(N, 1\)"):
            train(xor_configuration(), Examples(np.arange(4.0), np.zeros((4, 1))), 0, limits=limits)


def test_an_example_whose_targets_all_do_not_count_is_refused() -> None:
    layers, examples = FAMILIES["dense"]
    y = examples.y.copy()
    y[7] = -100

    with pytest.raises(Refused, match="Example 7 has no target that counts, only -100: leave it out"):
        train(configuration(layers), replace(examples, y=y), 0)


@pytest.mark.parametrize("kind", ["symbols", "classes"])
def test_fractions_are_no_symbols_and_no_classes(kind: str) -> None:
    x, y = np.array([[0.7], [1.2]]), np.array([0.9, 1.9])

    with pytest.raises(ValueError, match=f"{kind} must be integers below 3, got float64"):
        Examples(x, y, **{kind: 3})


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3, 0)])
@pytest.mark.parametrize("limits", [None, Limits()])
def test_inputs_with_an_empty_axis_are_refused(shape: tuple[int, ...], limits: Limits | None) -> None:
    with pytest.raises(Refused, match="every axis needs a size of 1 or more"):
        train(xor_configuration(), Examples(np.zeros((4, *shape)), np.zeros((4, 1))), 0, limits=limits)


@pytest.mark.parametrize(("y", "wrong"), [([0, 3], "3"), ([0, -1], "-1"), ([0, -101], "-101")])
def test_classes_and_symbols_lie_below_their_number(y: list[int], wrong: str) -> None:
    with pytest.raises(ValueError, match=rf"classes must lie in \[0, 3\), got {wrong}$"):
        Examples(np.zeros((2, 1)), np.array(y), classes=3)
    with pytest.raises(ValueError, match=rf"symbols must lie in \[0, 3\), got {wrong}$"):
        Examples(np.array([y, y]), np.zeros(2), symbols=3)


def test_what_does_not_count_is_a_target_and_no_symbol() -> None:
    assert len(Examples(np.zeros((2, 1)), np.array([2, -100]), classes=3)) == 2
    with pytest.raises(ValueError, match="symbols must lie"):
        Examples(np.array([[-100]]), np.zeros(1), symbols=3)


def test_targets_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(Refused, match="targets from 0 to 1"):
        train(xor_configuration(), Examples(XOR.x, np.array([[0.0], [1.0], [np.nan], [1.0]])), 0)


@pytest.mark.parametrize(
    ("layers", "changes", "examples", "field", "words"),
    [
        (
            [LINEAR, {"type": "linear", "units": 4}],
            {},
            classes(5),
            "layers[1]",
            "gives 4, the targets need 3",
        ),
        ([LINEAR], {"loss": "mse"}, classes(5), "loss", "use cross_entropy"),
        ([LINEAR], {}, XOR, "loss", "use mse or binary_cross_entropy"),
        (
            [{"type": "linear", "units": 1}],
            {"loss": "binary_cross_entropy"},
            Examples(XOR.x, 2 * XOR.y - 1),
            "loss",
            "needs targets from 0 to 1; these go from -1 to 1: use mse",
        ),
        ([LINEAR], {}, classes(2, 8, 8), "layers[0]", "flatten"),
        ([{"type": "conv2d", "filters": 2}], {}, classes(5), "layers[0]", "takes images"),
        (
            [{"type": "flatten"}, {"type": "lstm", "units": 2}],
            {},
            classes(6, 2),
            "layers[1]",
            "takes a sequence",
        ),
        ([LINEAR], {}, classes(6, symbols=7), "layers[0]", "put an embedding first"),
        ([{"type": "embedding", "units": 2}], {}, classes(6, 2), "layers[0]", "gets numbers"),
        ([{"type": "patches", "size": 3, "units": 4}], {}, classes(1, 8, 8), "layers[0]", "do not tile"),
        ([{"type": "transformer_block", "heads": 4}], {}, classes(6, 2), "layers[0]", "do not divide"),
        (
            [{"type": "conv2d", "filters": 2, "kernel_size": 7}],
            {},
            classes(1, 4, 4),
            "layers[0]",
            "larger than the side",
        ),
        ([{"type": "batch_norm"}], {}, classes(6, 2), "layers[0]", "features or images"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_layer(
    layers: list[dict[str, Any]], changes: dict[str, Any], examples: Examples, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        train(configuration(layers, **changes), examples, 0)

    assert refusal.value.problems[0].field == field


@pytest.mark.parametrize(
    ("layers", "examples", "changes", "field", "words"),
    [
        ([LINEAR], classes(5), {"random_shift": 2}, "random_shift", "these have the shape 5."),
        ([{"type": "identity"}], XOR, {"loss": "mse"}, "layers", "anything to learn"),
        (
            [LINEAR],
            classes(5).part(np.arange(1)),
            {"early_stopping": {"patience": 1}},
            "early_stopping",
            "hold out 1 of 1 examples",
        ),
        (
            [{"type": "linear", "units": 1}],
            Examples(XOR.x, XOR.y[:, 0]),
            {"loss": "mse"},
            "layers[0]",
            r"give them a second axis, \(N, 1\)",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_with_its_field(
    layers: list[dict[str, Any]], examples: Examples, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        Training(configuration(layers, **changes), examples, 0)

    assert refusal.value.problems[0].field == field
