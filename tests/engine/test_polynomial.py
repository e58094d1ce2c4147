"""Polynomials fitted again and again: against numpy's own fit, and the parts against the whole."""

import numpy as np
import pytest

from engine.polynomial import PLACES, decompose, expected, measure, places, powers, refit, smoother, truth


@pytest.mark.parametrize("degree", [0, 1, 3, 9])
def test_a_fit_is_that_of_least_squares(degree: int) -> None:
    x, at = places(15), places(40)
    y = np.random.default_rng(1).standard_normal(15)
    wanted = np.polynomial.Polynomial.fit(x, y, degree)(at)

    assert smoother(15, at, degree) @ y == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_a_ridge_solves_the_normal_equations() -> None:
    a, y = powers(places(12), 5), np.random.default_rng(2).standard_normal(12)
    weights = np.linalg.solve(a.T @ a + 0.3 * np.eye(6), a.T @ y)

    assert smoother(12, places(7), 5, 0.3) @ y == pytest.approx(powers(places(7), 5) @ weights, rel=1e-10)


def test_squared_bias_and_variance_add_up_to_the_squared_error() -> None:
    fits, target = np.random.default_rng(3).standard_normal((50, 8)), np.arange(8.0)

    parts = decompose(fits, target)

    assert parts.error == pytest.approx(float(np.mean((fits - target) ** 2)), rel=1e-12)


@pytest.mark.parametrize(("degree", "ridge"), [(0, 0.0), (3, 0.0), (14, 0.0), (9, 0.01), (9, 1e6)])
def test_refitting_splits_the_error_as_the_fits_themselves_do(degree: int, ridge: float) -> None:
    data = measure(np.random.default_rng(6), 15, 0.3, 300)
    at = places(PLACES)
    wanted = decompose(data @ smoother(15, at, degree, ridge).T, truth(at))

    found = refit(data, degree, ridge)

    assert found.bias2 == pytest.approx(wanted.bias2, rel=1e-9)
    assert found.variance == pytest.approx(wanted.variance, rel=1e-9)


@pytest.mark.parametrize(("degree", "ridge"), [(1, 0.0), (3, 0.0), (9, 0.0), (9, 0.01)])
def test_many_data_sets_come_to_what_is_expected(degree: int, ridge: float) -> None:
    data = measure(np.random.default_rng(4), 15, 0.3, 20_000)

    drawn, exact = refit(data, degree, ridge), expected(15, 0.3, degree, ridge)

    assert drawn.bias2 == pytest.approx(exact.bias2, rel=0.01, abs=1e-5)
    assert drawn.variance == pytest.approx(exact.variance, rel=0.02)


def test_a_polynomial_of_full_degree_meets_every_measurement() -> None:
    y = measure(np.random.default_rng(5), 8, 1.0, 1)[0]

    assert smoother(8, places(8), 7) @ y == pytest.approx(y, abs=1e-9)


@pytest.mark.parametrize(("size", "degree"), [(100, 50), (200, 60), (30, 29)])
def test_of_a_high_degree_the_fit_is_still_that_of_least_squares(size: int, degree: int) -> None:
    y = measure(np.random.default_rng(5), size, 0.3, 1)[0]
    matrix = smoother(size, places(size), degree)

    assert np.trace(matrix) == pytest.approx(degree + 1, abs=1e-6)
    assert matrix @ (y - matrix @ y) == pytest.approx(np.zeros(size), abs=1e-6)


def test_an_even_power_buys_nothing_for_a_sine() -> None:
    assert expected(15, 0.3, 4).bias2 == pytest.approx(expected(15, 0.3, 3).bias2, rel=1e-9)
    assert truth(places(PLACES)) == pytest.approx(-truth(places(PLACES))[::-1], abs=1e-12)


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(ValueError, match="degree is 15; with 15 places it must be from 0 to 14"):
        smoother(15, places(3), 15)
    with pytest.raises(ValueError, match=r"ridge is -1\.0; it must be at least 0"):
        smoother(15, places(3), 2, -1.0)
