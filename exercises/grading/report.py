"""What a student gets back: checks with points and notes; and decision maps, drawn apart."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.network import UnitTrace


@dataclass(frozen=True)
class CounterExample:
    """One input where a check fails, with the forward pass; `network` says whose, for the maps."""

    inputs: dict[str, float]
    expected: str
    got: float
    units: tuple[UnitTrace, ...]
    network: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the parts that are shown."""
        units = [asdict(unit) for unit in self.units]
        return {"inputs": self.inputs, "expected": self.expected, "got": self.got, "units": units}


@dataclass(frozen=True)
class Measured:
    """The number that a check compared, and the mark it had to reach."""

    value: float
    mark: float


@dataclass(frozen=True)
class CheckResult:
    """One line of the report; points are already scaled to the exercise's points.

    `measured` is for those who verify an exercise: it is exact, and so neither stored nor shown.
    """

    name: str
    passed: bool
    points: float
    max_points: float
    hidden: bool
    message: str
    counterexample: CounterExample | None
    measured: Measured | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the line as plain JSON."""
        return {
            "name": self.name,
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "hidden": self.hidden,
            "message": self.message,
            "counterexample": self.counterexample.to_json() if self.counterexample else None,
        }


@dataclass(frozen=True)
class MapPoint:
    """A labelled input drawn on a map."""

    x: float
    y: float
    target: int
    right: bool


@dataclass(frozen=True)
class DecisionMap:
    """A picture of one unit over the plane of two inputs, in both palettes, and the same as a table.

    `light` and `dark` are PNG files in base64; row 0 of the picture is the top, and y grows upwards.
    """

    title: str
    alt: str
    light: str
    dark: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    points: tuple[MapPoint, ...]
    cross: tuple[float, float] | None
    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the map as plain JSON."""
        return {
            "title": self.title,
            "alt": self.alt,
            "light": self.light,
            "dark": self.dark,
            "x_range": list(self.x_range),
            "y_range": list(self.y_range),
            "points": [asdict(point) for point in self.points],
            "cross": {"x": self.cross[0], "y": self.cross[1]} if self.cross else None,
            "table": {"columns": list(self.columns), "rows": [list(row) for row in self.rows]},
        }


@dataclass(frozen=True)
class Report:
    """The outcome of grading one answer; trainings leave the curves of their runs, and maps, in it."""

    checks: tuple[CheckResult, ...]
    notes: tuple[str, ...] = ()
    runs: tuple[dict[str, Any], ...] = ()
    maps: tuple[DecisionMap, ...] = ()

    @property
    def max_score(self) -> float:
        """Add up what the checks could give."""
        return add_points([check.max_points for check in self.checks])

    @property
    def score(self) -> float:
        """Add up what the checks gave."""
        return add_points([check.points for check in self.checks])

    def first_counterexample(self) -> CounterExample | None:
        """Return the counter-example of the first failed check, if it has one."""
        return next((check.counterexample for check in self.checks if not check.passed), None)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON, the form that is stored and served."""
        return {
            "score": self.score,
            "max_score": self.max_score,
            "checks": [check.to_json() for check in self.checks],
            "notes": list(self.notes),
            "runs": list(self.runs),
            "maps": [item.to_json() for item in self.maps],
        }


def add_points(points: Sequence[float]) -> float:
    """Add points exactly enough that parts of 100 make 100."""
    return round(math.fsum(points), 9)
