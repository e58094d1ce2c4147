"""Every number of the lesson on losses, computed again."""

from math import exp, log, log1p
from pathlib import Path

import numpy as np
import pytest

from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.ops.activation import softmax
from lessons.reading import read_course

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODY = next(
    " ".join(lesson.body.split()) for lesson in read_course(CONTENT).lessons if lesson.slug == "losses"
)


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def sigma(z: float) -> float:
    return 1 / (1 + exp(-z))


def bce(z: float, y: float) -> float:
    with np.errstate(over="ignore"):
        return float(binary_cross_entropy_with_logits(np.array([float(z)]), np.array([y])).data)


def test_the_mean_squared_error() -> None:
    says("$(0.25 + 0 + 1)/3 = 0.4167$")
    found = mse_loss(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 2.0])).data
    assert float(found) == pytest.approx(0.4167, abs=5e-5)


def test_the_surprises() -> None:
    says("$-\\ln 0.9 = 0.1054$", "it is $2.3026$", "$0.6931$", "$-\\ln 0.7 = 0.3567$", "$-\\ln 0.3 = 1.2040$")
    assert [round(-log(p), 4) for p in (0.9, 0.1, 0.5, 0.7, 0.3)] == [0.1054, 2.3026, 0.6931, 0.3567, 1.204]


@pytest.mark.parametrize("z", [-5, 0, 5])
def test_the_table_of_pulls(z: float) -> None:
    f = sigma(z)
    rows = {
        -5: ("0.0067", "0.987", "0.0132", "5.007", "0.993"),
        0: ("0.5", "0.25", "0.25", "0.693", "0.5"),
        5: ("0.9933", "0.00004", "0.00009", "0.0067", "0.0067"),
    }
    row = rows[int(z)]
    says("| " + str(z).replace("-", "−") + " | " + " | ".join(row) + " |")
    values = (f, (f - 1) ** 2, -2 * (f - 1) * f * (1 - f), bce(z, 1.0), 1 - f)
    for text, value in zip(row, values, strict=True):
        digits = len(text.partition(".")[2])
        assert round(value, digits) == pytest.approx(float(text), abs=1e-12)


def test_the_pull_at_minus_five() -> None:
    says("$2 \\cdot (-0.9933) \\cdot 0.0066 = -0.0132$", "against 0.0132", "to a twentieth")
    f = sigma(-5)
    assert (round(f - 1, 4), round(f * (1 - f), 4)) == (-0.9933, 0.0066)
    assert round(2 * (f - 1) * f * (1 - f), 4) == -0.0132
    assert round(0.25 / 0.0132) == 19


def test_softmax_and_sigmoids() -> None:
    says("0.0900, 0.2447 and 0.6652", "$-\\ln 0.6652 = 0.4076$", "$2.4076$")
    three = softmax(np.array([[1.0, 2.0, 3.0]])).data[0]
    assert [round(float(value), 4) for value in three] == [0.09, 0.2447, 0.6652]
    losses = [float(cross_entropy(np.array([[1.0, 2.0, 3.0]]), np.array([k])).data) for k in (2, 0)]
    assert [round(loss, 4) for loss in losses] == [0.4076, 2.4076]
    says("0.488, 0.488 and 0.024", "0.881, 0.881 and 0.269")
    shares = softmax(np.array([[2.0, 2.0, -1.0]])).data[0]
    assert [round(float(value), 3) for value in shares] == [0.488, 0.488, 0.024]
    assert [round(sigma(z), 3) for z in (2, 2, -1)] == [0.881, 0.881, 0.269]
    large = softmax(np.array([[1001.0, 1002.0, 1003.0]])).data[0]
    assert large == pytest.approx(three, abs=1e-15)


def test_from_the_sums() -> None:
    says(
        "In truth the loss is 800", "$\\ln(1 + e^2) - 2 = 0.1269$", "= -\\ln 0.8808$", "$-\\ln 0.1 = 2.3026$"
    )
    assert bce(-800.0, 1.0) == 800
    assert bce(2.0, 1.0) == pytest.approx(0.1269, abs=5e-5)
    assert log1p(exp(2)) - 2 == pytest.approx(bce(2.0, 1.0), abs=1e-12)
    assert round(sigma(2), 4) == 0.8808
    ten = cross_entropy(np.zeros((1, 10)), np.array([3])).data
    assert float(ten) == pytest.approx(2.3026, abs=5e-5)
