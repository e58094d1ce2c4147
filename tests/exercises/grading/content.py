"""The exercise files of the course, read once for the tests."""

import copy
import tomllib
from pathlib import Path
from typing import Any

from exercises.grading.kinds import KINDS
from exercises.grading.spec_common import Trap
from exercises.grading.specs import ExerciseSpec, read_spec

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
FILES = {path.stem: path for path in sorted(CONTENT.glob("*/exercises/*.toml"))}


def read_data(exercise: str) -> dict[str, Any]:
    """Parse an exercise file without checking it."""
    return tomllib.loads(FILES[exercise].read_text(encoding="utf-8"))


SPECS: dict[str, ExerciseSpec] = {exercise: read_spec(read_data(exercise)) for exercise in FILES}


def reference_of(exercise: str) -> dict[str, Any]:
    """Copy the reference answer, to be changed by a test."""
    return copy.deepcopy(SPECS[exercise].reference)


def wrong_answers(spec: ExerciseSpec) -> list[Trap]:
    """Return the traps that the file lists, and those that its kind makes of the mistakes it knows."""
    return [*spec.traps, *(trap for _, trap in KINDS[spec.kind].own_traps(spec))]
