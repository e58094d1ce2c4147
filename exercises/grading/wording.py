"""How reports write points, numbers and rows."""

from collections.abc import Iterable

from exercises.grading.fields import show_number


def write_point(point: Iterable[float]) -> str:
    """Write an input such as (0, 1) or (0.93, 0.91)."""
    return f"({', '.join(write_number(value) for value in point)})"


def write_number(value: float) -> str:
    """Write a number for reading: six decimals, or two digits if it is very small."""
    rounded = round(value, 6) if abs(value) >= 1e-5 else float(f"{value:.2g}")
    return show_number(rounded if rounded else 0.0).replace("-", "\N{MINUS SIGN}")


def write_count(number: int, thing: str) -> str:
    """Write how many there are of a thing: 1 step, 1,440 steps."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def name_inputs(point: Iterable[float]) -> dict[str, float]:
    """Name the values of an input x1, x2, ..."""
    return {f"x{number}": float(value) for number, value in enumerate(point, start=1)}
