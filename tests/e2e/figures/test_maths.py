"""The figures compute what the lessons say: JavaScript against the course's known numbers."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

Open = Callable[..., Page]


@pytest.fixture
def call(figure_page: Open) -> Callable[..., Any]:
    """Call a function of maths.js with JSON arguments."""
    page = figure_page("")

    def run(name: str, *arguments: Any) -> Any:
        script = (
            "([name, given]) => import('/static/js/figure/maths.js').then((maths) => maths[name](...given))"
        )
        return page.evaluate(script, [name, list(arguments)])

    return run


def labelled(answers: str) -> list[dict[str, Any]]:
    rows = [[0, 0], [0, 1], [1, 0], [1, 1]]
    return [{"x": x, "target": int(answer)} for x, answer in zip(rows, answers, strict=True)]


def test_xor_network_of_the_lecture_gives_its_exact_outputs(call: Callable[..., Any]) -> None:
    weights = [20, 20, -20, -20, -10, 30, 20, 20, -30]

    outputs = [call("forward", weights, x)["y"] for x in ([0, 0], [0, 1], [1, 0], [1, 1])]

    low, high = 4.543910487654591e-05, 0.999954519621495
    assert outputs == pytest.approx([low, high, high, low], rel=1e-12)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (-10, 4.5397868702434395e-05),
        (10, 0.9999546021312976),
        (30, 0.9999999999999065),
        (2, 0.8807970780),
        (-800, 0),
        (800, 1),
    ],
)
def test_sigmoid_is_exact_and_never_overflows(call: Callable[..., Any], z: float, expected: float) -> None:
    assert call("sigmoid", z) == pytest.approx(expected, rel=1e-9)


def test_zero_counts_as_firing(call: Callable[..., Any]) -> None:
    assert [call("step", z) for z in (-1e-12, 0, 1e-12)] == [0, 1, 1]


@pytest.mark.parametrize(
    ("answers", "weights", "updates", "epoch"),
    [
        ("0001", [2, 1, -3], 11, 6),
        ("0111", [1, 1, -1], 5, 4),
        ("1110", [-2, -1, 2], 10, 6),
        ("1000", [-1, -1, 0], 4, 4),
    ],
    ids=["and", "or", "nand", "nor"],
)
def test_learning_rule_takes_the_known_number_of_updates(
    call: Callable[..., Any], answers: str, weights: list[float], updates: int, epoch: int
) -> None:
    run = call("perceptronRun", [0, 0, 0], labelled(answers))

    assert (run["end"], run["epoch"]) == ("clean", epoch)
    assert run["steps"][-1]["after"] == weights
    assert sum(step["sign"] != 0 for step in run["steps"]) == updates


def test_learning_rule_cycles_on_xor(call: Callable[..., Any]) -> None:
    run = call("perceptronRun", [0, 0, 0], labelled("0110"))

    assert run["end"] == "cycle"


def test_learning_rule_stops_at_the_cap(call: Callable[..., Any]) -> None:
    run = call("perceptronRun", [0, 0, 0], labelled("0001"), 3)

    assert (run["end"], run["epoch"]) == ("cap", 3)


def test_one_mp_neuron_reaches_nine_of_sixteen_functions(figure_page: Open) -> None:
    page = figure_page("")

    script = "() => import('/static/js/figure/maths.js').then((maths) => [...maths.mpReachable(2).keys()])"
    reachable = set(page.evaluate(script))

    assert reachable == {"0000", "0001", "0010", "0100", "0111", "1000", "1010", "1100", "1111"}


@pytest.mark.parametrize(
    ("threshold", "inhibitory", "answers"),
    [
        (2, [], "0001"),
        (1, [], "0111"),
        (1, [2], "0010"),
        (0, [1, 2], "1000"),
        (3, [], "0000"),
        (0, [], "1111"),
    ],
)
def test_mp_neuron_is_the_gate_of_its_setting(
    call: Callable[..., Any], threshold: int, inhibitory: list[int], answers: str
) -> None:
    assert call("mpAnswers", 2, threshold, inhibitory) == answers


def test_gradient_is_the_slope_of_the_loss(call: Callable[..., Any]) -> None:
    weights = [6, -4, -5, 7, -2, -3, 8, 8, -4]
    small = 1e-6

    slopes = []
    for i in range(9):
        above, below = ([w + sign * small * (j == i) for j, w in enumerate(weights)] for sign in (1, -1))
        slopes.append((call("crossEntropy", above) - call("crossEntropy", below)) / (2 * small))

    assert call("gradient", weights) == pytest.approx(slopes, abs=1e-7)
