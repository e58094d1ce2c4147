"""Every number of the lesson on back-propagation and of its broken tables, computed again."""

import math
import re
from pathlib import Path

import pytest

from engine.history import Network221
from lessons.reading import read_course

COURSE = read_course(Path(__file__).parents[3] / "lessons" / "content")
LESSON = next(lesson for lesson in COURSE.lessons if lesson.slug == "backprop")
BODY = " ".join(LESSON.body.split())
NETWORK = Network221((0.11, 0.21, 0.12, 0.08, 0.14, 0.15))
EXAMPLE = (2.0, 3.0, 1.0)
LR = 0.05


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def minus(text: str) -> str:
    return text.replace("-", "−")


def error_with(index: int, change: float) -> float:
    w = [weight + change * (k == index) for k, weight in enumerate(NETWORK.weights)]
    return Network221((w[0], w[1], w[2], w[3], w[4], w[5])).error(*EXAMPLE)


def test_forward() -> None:
    forward = NETWORK.forward(2, 3)
    assert (forward.h1, forward.h2, forward.y) == pytest.approx((0.85, 0.48, 0.191), abs=1e-12)
    assert NETWORK.error(*EXAMPLE) == pytest.approx(0.3272405, abs=1e-12)
    says(
        "= 0.85 \\\\",
        "= 0.48 \\\\",
        "0.15 \\cdot 0.48 = 0.191",
        "E = \\frac{1}{2}(\\hat{y} - t)^2 = 0.3272405",
    )


def test_the_table_of_derivatives() -> None:
    back = NETWORK.backward(*EXAMPLE)
    assert back.delta == pytest.approx(-0.809, abs=1e-12)
    signals = [back.delta * NETWORK.weights[4], back.delta * NETWORK.weights[5]]
    assert signals == pytest.approx([-0.11326, -0.12135], abs=1e-12)
    below = [2, 3, 2, 3, 0.85, 0.48]
    above = [signals[0], signals[0], signals[1], signals[1], back.delta, back.delta]
    for k, gradient in enumerate(back.gradients):
        assert gradient == pytest.approx(above[k] * below[k], abs=1e-12)
        assert re.search(rf"\| \$w_{k + 1}\$ \| \$.*?\$ \| \$.*?\$ \| {minus(f'{gradient:.5f}')} \|", BODY)


def test_the_table_of_updates() -> None:
    after = NETWORK.step(*EXAMPLE, LR).weights
    for k, (old, new) in enumerate(zip(NETWORK.weights, after, strict=True)):
        change, written = round(new - old, 9), round(new, 9)
        says(f"| $w_{k + 1}$ | {old} | +{change} | {written} |")


def test_after_the_step() -> None:
    moved = NETWORK.step(*EXAMPLE, LR)
    forward = moved.forward(2, 3)
    says(f"h_1 = {round(forward.h1, 9)}$, $h_2 = {round(forward.h2, 9)}$, and $\\hat{{y}} = {forward.y:.6f}")
    before, error = NETWORK.error(*EXAMPLE), moved.error(*EXAMPLE)
    says(f"{before:.7f} to {error:.7f}, by {before - error:.4f}")
    says(f"which is {LR * sum(g * g for g in NETWORK.backward(*EXAMPLE).gradients):.4f}")
    mistaken = NETWORK.mistaken_step(*EXAMPLE, LR)
    says(f"$w_1 = {mistaken.weights[0]:.6f}$", f"the error to {mistaken.error(*EXAMPLE):.6f}, *lower*")
    assert mistaken.error(*EXAMPLE) < error
    assert moved.rounded().weights == (0.12, 0.23, 0.13, 0.10, 0.17, 0.17)
    says(f"$\\hat{{y}}$ becomes {moved.rounded().forward(2, 3).y:.4f}", f"ones it is {forward.y:.4f}")


def test_finite_differences() -> None:
    up, down, here = error_with(4, 0.01), error_with(4, -0.01), error_with(4, 0)
    says(f"{up:.9f} and {down:.9f}", f"divided by 0.02, is {minus(f'{(up - down) / 0.02:.5f}')}")
    says(f"divided by 0.01 is {minus(f'{(up - here) / 0.01:.4f}')}")
    for k, gradient in enumerate(NETWORK.backward(*EXAMPLE).gradients):
        assert (error_with(k, 0.01) - error_with(k, -0.01)) / 0.02 == pytest.approx(gradient, abs=1e-12)


def test_with_a_bend_and_by_two_ways() -> None:
    h1, h2 = (1 / (1 + math.exp(-z)) for z in (0.85, 0.48))
    says(f"\\sigma(0.85) = {h1:.4f}", f"the factor is {h1 * (1 - h1):.4f}")
    delta = 0.14 * h1 + 0.15 * h2 - 1
    says(f"shrinks to {minus(f'{delta * 0.14 * h1 * (1 - h1) * 2:.4f}')}")
    says(f"\\cdot 0.12 = {-0.11326 * 0.11 - 0.12135 * 0.12:.4f}")


BROKEN = {"A": (3, "sign"), "B": (1, "input"), "C": (0, "new"), "D": (5, "twice")}


@pytest.mark.parametrize(("column", "table"), list(enumerate("ABCD")))
def test_each_broken_table_has_one_wrong_line(column: int, table: str) -> None:
    (statement,) = [each.data["statement"] for each in COURSE.exercises if each.id == "backprop-find"]
    rows = [line.split("|")[2:6] for line in statement.splitlines() if line.startswith("| $")]
    numbers = [[float(part.replace("−", "-")) for part in row[column].split(",")] for row in rows]
    (i1, i2), (t,), *pairs = numbers[:5]
    network = Network221((*pairs[0], *pairs[1], *pairs[2]))  # type: ignore[arg-type]
    forward, back = network.forward(i1, i2), network.backward(i1, i2, t)
    assert [*numbers[5], *numbers[6], *numbers[7]] == pytest.approx(
        [forward.h1, forward.h2, forward.y, back.delta]
    )
    printed = [value for (value,) in numbers[8:]]
    line, cause = BROKEN[table]
    new_w5 = network.step(i1, i2, t, 0.1).weights[4]
    wrong = {
        "sign": -back.gradients[3],
        "input": back.delta * network.weights[4],
        "new": back.delta * new_w5 * i1,
        "twice": 2 * back.gradients[5],
    }
    wanted = [*back.gradients]
    wanted[line] = wrong[cause]
    assert printed == pytest.approx(wanted, abs=5e-4)
    assert abs(printed[line] - back.gradients[line]) > 0.05
