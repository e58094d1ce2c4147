"""The bounds and kinds of the options of a data set."""

import numbers
from typing import Any, get_args

from engine.strict_json import shorten

MOST_PLACES = 20_000_000
"""Rows times their length: at worst a gigabyte on the way, and far more than any lesson has."""
_KINDS: dict[Any, tuple[type, str]] = {
    bool: (bool, "true or false"),
    int: (numbers.Integral, "a whole number"),
    float: (numbers.Real, "a number"),
}


def of_kind(name: str, value: object, kind: Any) -> None:
    """Refuse an option of another kind than int, float or bool, with a ValueError that names all three; a
    choice among words is left to who made it.
    """
    allowed = get_args(kind) or (kind,)
    wanted, words = next((_KINDS[each] for each in allowed if each in _KINDS), (object, ""))
    if value is None and type(None) in allowed:
        return
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted not in (bool, object)):
        shown = f'"{shorten(value)}"' if isinstance(value, str) else shorten(value)
        raise ValueError(f"{name} must be {words}, got {shown}")


def at_least(least: int, **options: float | None) -> None:
    """Refuse options below a bound, nan among them, with a ValueError that names the option; None passes."""
    for name, value in options.items():
        if value is not None and not value >= least:
            raise ValueError(f"{name} must be at least {least}, got {value}")


def at_most(most: int, **options: float | None) -> None:
    """Refuse options above a bound, as `at_least` does below one."""
    for name, value in options.items():
        if value is not None and not value <= most:
            raise ValueError(f"{name} must be at most {most}, got {value}")


def not_too_many(rows: int, **wide: int) -> None:
    """Refuse rows, those to test on included, that are too many for their length."""
    for name, length in wide.items():
        places = int(rows) * int(length)
        if places > MOST_PLACES:
            raise ValueError(
                f"{rows} rows in all with {name} {length} make {places} places; "
                f"there may be at most {MOST_PLACES}"
            )
