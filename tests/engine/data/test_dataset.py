"""What a data set refuses to be, and its hash."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from engine.data.dataset import Dataset, array_bytes

X, Y = np.zeros((3, 2)), np.array([0, 1, 1])
GOOD = Dataset("good", "classification", X, Y, X[:2], Y[:2], classes=2)


def test_the_hash_is_of_types_shapes_and_bytes_and_not_of_the_name() -> None:
    by_hand = hashlib.sha256(
        b"<f8(3, 2)"
        + bytes(48)
        + b"<i8(3,)"
        + Y.tobytes()
        + b"<f8(2, 2)"
        + bytes(32)
        + b"<i8(2,)"
        + Y[:2].tobytes()
    )

    assert GOOD.sha256 == by_hand.hexdigest()
    assert replace(GOOD, name="other").sha256 == GOOD.sha256
    assert replace(GOOD, y_test=Y[1:]).sha256 != GOOD.sha256


def test_bytes_do_not_depend_on_the_order_in_memory() -> None:
    array = np.arange(6.0).reshape(2, 3)

    assert array_bytes(np.asfortranarray(array)) == array_bytes(array)
    assert array_bytes(array.astype(">f8")) == array_bytes(array)
    assert array_bytes(array.reshape(3, 2)) != array_bytes(array)


def test_the_arrays_of_the_caller_stay_writable() -> None:
    assert X.flags.writeable
    assert not GOOD.x_train.flags.writeable
    assert not np.shares_memory(X, GOOD.x_train)
    with pytest.raises(ValueError, match="WRITEABLE"):
        GOOD.x_train.flags.writeable = True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "guess"}, "task must be one of regression, binary"),
        ({"x_train": X[:2]}, "good train: 2 inputs and 3 targets"),
        ({"x_test": X[:0], "y_test": Y[:0]}, "good test: 0 inputs"),
        ({"x_test": np.zeros((2, 3))}, r"rows of \(2,\) to learn, \(3,\) to test"),
        ({"x_train": X.astype(np.float32)}, "good x_train must be float64, got float32"),
        ({"x_train": np.full((3, 2), np.nan)}, "good x_train must be finite"),
        ({"y_train": np.array([0.0, 1.0, 1.0])}, "good y_train must be int64, got float64"),
        ({"y_test": np.array([0, 2])}, r"good y_test must lie in \[0, 2\), got 2$"),
        ({"y_test": np.array([0, -1])}, r"good y_test must lie in \[0, 2\), got -1$"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(GOOD, **change)  # type: ignore[arg-type]
