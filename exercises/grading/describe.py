"""What may be said of an exercise without giving it away: its checks, and the shape of an answer."""

from dataclasses import dataclass
from typing import Any

from exercises.grading.kinds import KINDS
from exercises.grading.planning import SILENT, Answer
from exercises.grading.specs import ExerciseSpec


@dataclass(frozen=True)
class ListedCheck:
    """A check as it is announced: its name, its points, and whether the instant check leaves it out."""

    name: str
    points: float
    hidden: bool


def listed_checks(spec: ExerciseSpec) -> list[ListedCheck]:
    """List all checks with their points, which sum to the exercise's."""
    kind = KINDS[spec.kind]
    planned = kind.plan(spec, kind.parse(spec, spec.reference), 0, SILENT)
    total = sum(check.weight for check in planned)
    return [ListedCheck(check.name, spec.points * check.weight / total, check.hidden) for check in planned]


def first_answer(spec: ExerciseSpec) -> Answer:
    """Return the answer that a personal spec lets people start from, or a blank one."""
    return KINDS[spec.kind].start(spec) or blank_answer(spec)


def blank_answer(spec: ExerciseSpec) -> Answer:
    """Return an answer of the right shape: zeros, no inhibitory inputs, nothing chosen or ticked."""
    blank: Answer = _blank(spec.reference)
    return blank


def _blank(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: [] if key == "inhibitory" else _blank(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_blank(inner) for inner in value if not isinstance(inner, str)]
    return "" if isinstance(value, str) else 0
