"""A short hash of how this machine computes, stored with each grade.

Two machines with the same fingerprint give the same bits for the operations the engine uses: products of
matrices, sums, the functions of numpy, and the random generator, in both precisions. It says nothing about
speed.
"""

import hashlib
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from engine import __version__
from engine.tensor import Array

FUNCTIONS = (np.exp, np.expm1, np.log, np.log1p, np.sqrt, np.tanh, np.sin, np.cos)


@cache
def fingerprint() -> str:
    """Hash a few fixed computations to 16 hexadecimal digits."""
    return hashed({**drawn(), **computed(np.float64), **computed(np.float32)})


def hashed(results: Mapping[str, Array]) -> str:
    """Hash the bits of results and the versions of engine and numpy to 16 hexadecimal digits."""
    digest = hashlib.sha256(f"{__version__} {np.__version__}".encode())
    for result in results.values():
        digest.update(np.ascontiguousarray(result).tobytes())
    return digest.hexdigest()[:16]


def drawn() -> dict[str, Array]:
    """Draw from each distribution the engine draws from, by name."""
    generator = np.random.Generator(np.random.PCG64(1943))
    return {
        "random": generator.random(64),
        "random float32": generator.random(64, dtype=np.float32),
        "normal": generator.standard_normal(64),
        "normal float32": generator.standard_normal(64, dtype=np.float32),
        "uniform": generator.uniform(-1.0, 1.0, 64),
        "gumbel": generator.gumbel(size=64),
        "integers": generator.integers(0, 1000, 64),
        "permutation": generator.permutation(64),
    }


def computed(dtype: npt.DTypeLike) -> dict[str, Array]:
    """Compute what the engine computes in a precision, by name."""
    generator = np.random.Generator(np.random.PCG64(1986))
    left = generator.standard_normal((48, 64)).astype(dtype)
    right = generator.standard_normal((64, 32)).astype(dtype)
    positive = np.abs(right)
    wide = generator.standard_normal((784, 256)).astype(dtype)  # large enough to be shared among threads
    products = {
        "product": left @ right,
        "large product": wide.T @ wide,
        "product of columns": np.dot(np.asfortranarray(left), np.asfortranarray(right)),
        "product with a vector": np.dot(left, right[:, 0]),
        "products": np.matmul(left.reshape(4, 12, 64), right),
        "einsum": np.einsum("bi,io->bo", left, right),
        "vdot": np.vdot(left, left),
        "sum of columns": np.add.reduce(left, axis=0),
        "sum of rows": np.add.reduce(left, axis=1),
        "sum": np.add.reduce(left, axis=None),
        "logaddexp": np.logaddexp(0, right),
        "power": np.power(positive, -0.5),
    }
    functions = {function.__name__: function(positive) for function in FUNCTIONS}
    return {f"{name} {np.dtype(dtype)}": result for name, result in (products | functions).items()}
