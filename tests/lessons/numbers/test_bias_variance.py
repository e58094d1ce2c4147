"""The numbers of the lesson on bias and variance and of its exercises, computed again."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from engine.polynomial import decompose, expected, measure, places, powers, smoother, truth

FOLDER = Path(__file__).parents[3] / "lessons" / "content" / "10-bias-variance"
LESSON = " ".join((FOLDER / "lesson.md").read_text(encoding="utf-8").split())
SIZE, NOISE = 15, 0.3


def says(*parts: str) -> None:
    for part in parts:
        assert part in LESSON, f"the lesson does not say {part!r}"


def parts_of(degree: int, ridge: float = 0.0, size: int = SIZE, noise: float = NOISE) -> str:
    """Write squared bias, variance and their sum as the tables do."""
    found = expected(size, noise, degree, ridge)
    return f"{found.bias2:.4f} | {found.variance:.4f} | {found.error:.4f} |"


def test_the_error_on_its_own_data_falls_and_that_on_new_data_does_not() -> None:
    x = places(SIZE)
    for degree in (1, 3, 9):
        fit = smoother(SIZE, x, degree) @ truth(x)
        own = np.mean((fit - truth(x)) ** 2) + NOISE**2 * (SIZE - degree - 1) / SIZE
        new = expected(SIZE, NOISE, degree).error + NOISE**2
        says(f"| {degree} | {own:.4f} | {new:.4f} |")
    says(f"| 14 | 0 | {expected(SIZE, NOISE, 14).error + NOISE**2:.1f} |")


def test_an_own_error_is_what_many_fits_have() -> None:
    data = measure(np.random.default_rng(0), SIZE, NOISE, 20_000)
    fits = data @ smoother(SIZE, places(SIZE), 9).T

    assert np.mean((fits - data) ** 2) == pytest.approx(0.0300, rel=0.01)


def test_the_table_of_the_figure() -> None:
    for degree in (0, 1, 3, 5, 9, 12):
        says(f"| {degree} | {parts_of(degree)}")


def test_the_worked_example() -> None:
    parts = decompose(np.array([[0.5], [0.7], [0.6], [1.0]]), np.array([0.8]))

    assert (parts.bias2, parts.variance, parts.error) == pytest.approx((0.01, 0.035, 0.045))


def test_variance_at_the_measured_places() -> None:
    matrix = smoother(SIZE, places(SIZE), 3)

    assert NOISE**2 * np.sum(matrix**2) / SIZE == pytest.approx(4 / 15 * 0.09)
    says("$4/15 \\cdot 0.09 = 0.024$", "$0.0056 + 0.0209 = 0.0265$")


def test_less_noise_makes_degree_five_the_best() -> None:
    errors = {degree: expected(SIZE, 0.1, degree).error for degree in range(13)}

    assert min(errors, key=lambda degree: errors[degree]) == 5
    assert round(errors[5], 4) == 0.0035
    assert round(expected(SIZE, 0.1, 3).variance, 4) == 0.0023
    says("from 0.0209 to 0.0023", "degree 5 is better, with 0.0035 in all")


def test_more_data() -> None:
    for size in (15, 30, 60, 240):
        errors = {degree: expected(size, NOISE, degree).error for degree in (1, 3, 5)}
        best = min(errors.values())
        cells = [f"**{error:.4f}**" if error == best else f"{error:.4f}" for error in errors.values()]
        says(f"| {size} | {' | '.join(cells)} |")
    last = expected(240, NOISE, 5)
    assert last.bias2 < 0.0001
    assert round(last.variance, 4) == 0.0023


def test_the_ridge() -> None:
    for ridge in (0, 0.0001, 0.01, 1):
        says(f"| {ridge:g} | {parts_of(9, ridge)}")


def test_choosing_by_validation_data() -> None:
    rng = np.random.default_rng(0)
    measure(rng, SIZE, NOISE, 2000)
    rng.uniform(0, 1, (2000, 5))
    rng.standard_normal((2000, 5))
    data = measure(rng, SIZE, NOISE, 2000)
    x = rng.uniform(0, 1, (2000, SIZE))
    y = truth(x) + NOISE * rng.standard_normal(x.shape)
    errors = []
    for degree in range(13):
        weights = np.linalg.lstsq(powers(places(SIZE), degree), data.T, rcond=None)[0].T
        fits = (powers(x.reshape(-1), degree).reshape(2000, SIZE, -1) @ weights[:, :, None])[..., 0]
        errors.append(np.mean((fits - y) ** 2, axis=1))
    chosen = np.bincount(np.argmin(errors, axis=0), minlength=13)

    assert chosen.argmax() == 3
    says(f"{chosen[3]} times", f"hardly ever, {chosen[:3].sum()} times", f"in {chosen[9:].sum()} cases")


def test_the_table_of_the_exercise() -> None:
    data = tomllib.loads((FOLDER / "exercises" / "degree-choice.toml").read_text(encoding="utf-8"))
    cases = {case["title"].lower(): case for case in data["cases"][:3]}
    rows = [row for row in data["worked"].splitlines() if row.split("|")[1:2] and row.startswith("| ")]
    degrees = [int(number) for number in re.findall(r"degree (\d+)", rows[0])]
    for title, *cells in ([cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]):
        case = cases[title]
        wanted = [expected(case["size"], case["noise"], degree).error for degree in degrees]
        assert [float(cell.strip("*")) for cell in cells] == [round(error, 4) for error in wanted]
    assert len(rows) == 4
    assert f"{expected(SIZE, NOISE, 9, 0.01).error:.4f}" in data["worked"]
