"""Check the data of an exercise file and turn it into a spec, or say everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, RootModel, ValidationError

from exercises.grading.spec_choice import ChoiceSpec
from exercises.grading.spec_descent import DescentSpec
from exercises.grading.spec_kernel import KernelSpec
from exercises.grading.spec_numbers import NumbersSpec
from exercises.grading.spec_polynomial import PolynomialSpec
from exercises.grading.spec_repair import RepairSpec
from exercises.grading.spec_signal import SignalSpec
from exercises.grading.spec_threshold import ThresholdSpec
from exercises.grading.spec_training import TrainingSpec
from exercises.grading.spec_weights import WeightsSpec

ExerciseSpec = (
    ChoiceSpec
    | DescentSpec
    | KernelSpec
    | NumbersSpec
    | PolynomialSpec
    | RepairSpec
    | SignalSpec
    | ThresholdSpec
    | TrainingSpec
    | WeightsSpec
)

KIND_NAMES = (
    "choice",
    "descent",
    "kernel",
    "numbers",
    "polynomial",
    "repair",
    "signal",
    "threshold",
    "training",
    "weights",
)
CURES = {
    "missing": "Add this key.",
    "extra_forbidden": "Remove this key or correct its spelling.",
    "union_tag_invalid": "Use one of the names in the message.",
    "union_tag_not_found": "Add the key that says which kind this is.",
    "string_pattern_mismatch": "Use lower-case letters and digits; an exercise id may have hyphens.",
}


class _File(RootModel[Annotated[ExerciseSpec, Field(discriminator="kind")]]):
    """An exercise file of any kind; `kind` decides which."""


@dataclass(frozen=True)
class SpecProblem:
    """One thing wrong in an exercise file: where, what, and what to do."""

    key: str
    message: str
    cure: str


class SpecInvalid(Exception):
    """The file does not describe an exercise; `problems` lists everything wrong."""

    def __init__(self, problems: list[SpecProblem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(f"{problem.key}: {problem.message}" for problem in self.problems)


def read_spec(data: Mapping[str, Any]) -> ExerciseSpec:
    """Check the parsed TOML of an exercise file; raise SpecInvalid with every problem."""
    try:
        return _File.model_validate(data).root
    except ValidationError as error:
        raise SpecInvalid([_problem(dict(detail)) for detail in error.errors(include_url=False)]) from error


def _problem(detail: dict[str, Any]) -> SpecProblem:
    """Translate one pydantic error."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    cure = CURES.get(str(detail["type"]), "Change the value so that it fits.")
    return SpecProblem(_key(tuple(detail["loc"])), message, cure)


def _key(location: tuple[str | int, ...]) -> str:
    """Write a location as the author sees it, without the names of union branches."""
    parts: list[str] = []
    for position, part in enumerate(location):
        is_branch = isinstance(part, str) and part.startswith(("constrained-", "tuple["))
        is_branch |= position == 0 and part in KIND_NAMES
        if position >= 2 and isinstance(location[position - 1], int):
            is_branch = location[position - 2] in ("checks", "edits")
        if isinstance(part, int):
            parts.append(f"[{part}]")
        elif not is_branch:
            parts.append(f".{part}" if parts else part)
    return "".join(parts) or "(file)"
