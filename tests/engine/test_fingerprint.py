"""The hash of this machine's arithmetic."""

import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest

from engine import fingerprint as module
from engine.fingerprint import computed, drawn, fingerprint, hashed

RESULTS = {**drawn(), **computed(np.float64), **computed(np.float32)}


def in_another_process(**environment: str) -> str:
    """Compute the fingerprint anew, with these variables set."""
    command = [sys.executable, "-c", "from engine.fingerprint import fingerprint; print(fingerprint())"]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def changed(result: np.ndarray) -> np.ndarray:
    """Change the last bit of the last number."""
    other = np.array(result)
    bits = other.reshape(-1).view(f"u{other.itemsize}")
    bits[-1] ^= 1
    return other


def test_the_fingerprint_is_short_and_the_same_in_each_process() -> None:
    first = fingerprint()

    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first == hashed(RESULTS)
    assert in_another_process() == in_another_process() == first


@pytest.mark.parametrize("name", RESULTS)
def test_one_bit_of_any_result_changes_it(name: str) -> None:
    assert hashed(RESULTS | {name: changed(RESULTS[name])}) != fingerprint()


@pytest.mark.parametrize("version", ["__version__", "numpy"])
def test_another_version_changes_it(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint()
    monkeypatch.setattr(*((module, version) if version != "numpy" else (np, "__version__")), "0.0.0")

    assert hashed(RESULTS) != first


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["dot", "matmul", "einsum", "vdot", "logaddexp", "power"])
def test_a_kernel_with_another_last_bit_changes_it(
    name: str, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, first = getattr(np, name), hashed(computed(dtype))
    monkeypatch.setattr(np, name, lambda *arguments: changed(np.asarray(kernel(*arguments))))

    assert hashed(computed(dtype)) != first


on_x86 = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the kernels have these names on x86"
)


@on_x86
def test_other_kernels_for_products_change_it() -> None:
    assert in_another_process(OPENBLAS_CORETYPE="Nehalem") != in_another_process(OPENBLAS_CORETYPE="Haswell")


@on_x86
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core has no second thread")
def test_products_shared_among_threads_change_it() -> None:
    first, second = (
        in_another_process(OPENBLAS_CORETYPE="Haswell", OPENBLAS_NUM_THREADS=threads) for threads in "12"
    )

    assert first != second
