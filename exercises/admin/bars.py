"""Bars of a histogram, drawn beside the numbers in a table."""

from collections.abc import Sequence
from typing import Any


def with_widths(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each row the width of its bar, in per cent of the longest."""
    most = max((row["count"] for row in rows), default=0) or 1
    return [{**row, "width": round(100 * row["count"] / most, 1)} for row in rows]
