"""What every format checks: names, shapes, dtypes and numbers."""

import math
from collections.abc import Collection, Mapping

import numpy as np

from engine.strict_json import MAX_PROBLEMS, Problem, Refused, shorten
from engine.tensor import Array

Shapes = Mapping[str, tuple[int, ...]]

MAX_BYTES = 5 * 1024 * 1024
MAX_WEIGHT = 1e6
COUNTS = "num_batches_tracked"
"""The end of the names of whole numbers: how many batches a batch norm has seen."""
VARIANCES = "running_var"


class WeightsRefused(Refused):
    """The file does not hold the weights that were asked for."""

    @property
    def path(self) -> str:
        """Return the first entry that is wrong, or nothing when it is the file as a whole."""
        return self.problems[0].field


def refusal(field: str, value: str, limit: str, message: str) -> WeightsRefused:
    """Refuse for one reason."""
    return WeightsRefused([Problem(field, value, limit, message)])


def check_names(found: Collection[str], shapes: Shapes) -> None:
    """Refuse missing and unknown entries, all at once."""
    problems = [
        Problem(name, "null", "required", f"“{name}” is missing.") for name in shapes if name not in found
    ]
    known = ", ".join(shapes)
    for name in found:
        if name not in shapes:
            shown = shorten(name)
            problems.append(
                Problem(shown, shown, known, f"“{shown}” is not expected; the names are {known}.")
            )
    if problems:
        raise WeightsRefused(problems[:MAX_PROBLEMS])


def check_shape(name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """Refuse another shape."""
    if found != wanted:
        raise refusal(
            name, shorten(str(found)), str(wanted), f"{name} has shape {shorten(str(found))}, not {wanted}."
        )


def check_dtype(name: str, dtype: str, whole: str, real: Collection[str]) -> None:
    """Refuse what is not one of the `real` types, or, for counts, the `whole` one."""
    if dtype not in real and not (dtype == whole and name.endswith(COUNTS)):
        allowed = " or ".join(real)
        raise refusal(
            name, shorten(dtype), allowed, f"{name} is of type {shorten(dtype)}; save it as {allowed}."
        )


def checked(name: str, values: Array) -> Array:
    """Return the array in this machine's byte order if its numbers are finite and small enough, counts whole,
    and neither counts nor variances negative.
    """
    if values.dtype.kind == "f":
        _refuse_where(~(np.abs(values) <= MAX_WEIGHT), name, values, f"at most {MAX_WEIGHT:,.0f} in size")
    if name.endswith(COUNTS):
        _refuse_where((values < 0) | (values % 1 != 0), name, values, "a whole number of batches, 0 or more")
    if name.endswith(VARIANCES):
        _refuse_where(values < 0, name, values, "a variance, 0 or more")
    return values.astype(values.dtype.newbyteorder("="))


def _refuse_where(wrong: Array, name: str, values: Array, limit: str) -> None:
    """Name the first number that is wrong."""
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = name + "".join(f"[{i}]" for i in index)
        value = shorten(values[index].item())
        raise refusal(place, value, limit, f"{place} is {value}; it must be {limit}.")


def size_of(shape: tuple[int, ...]) -> int:
    """Count the elements of a shape."""
    return math.prod(shape)
