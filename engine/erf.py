"""The error function, which numpy lacks: erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.

Rational approximations of W. J. Cody, Rational Chebyshev approximations for the error function,
Mathematics of Computation 23 (1969), 631-637: one for |x| <= 0.46875, one of e^x^2 erfc(x) up to 4, one
beyond. The error is below 1e-15.
"""

import numpy as np

from engine.tensor import Array

SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)  # fmt: skip
MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
LARGE = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip
ONE_OVER_SQRT_PI = 0.5641895835477563


def erf(x: Array) -> Array:
    """Compute erf element by element.   x (any shape) -> (same shape and dtype), from -1 to 1

    NaN stays NaN.
    """
    size = np.abs(x)
    square = x * x
    with np.errstate(all="ignore"):
        small = x * _ratio(np.minimum(square, 0.25), SMALL)
        middle = _ratio(np.clip(size, 0.4, 4.0), MIDDLE)
        inverse = 1 / np.maximum(square, 16.0)
        large = (ONE_OVER_SQRT_PI - inverse * _ratio(inverse, LARGE)) / np.maximum(size, 4.0)
        rest = 1 - np.exp(-square) * np.where(size <= 4, middle, large)
    return np.where(size <= 0.46875, small, np.copysign(rest, x)).astype(x.dtype, copy=False)


def _ratio(x: Array, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    """Evaluate a quotient of two polynomials, coefficients from the highest power down."""
    above, below = coefficients
    return _polynomial(x, above) / _polynomial(x, below)


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value
