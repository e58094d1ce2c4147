"""The public doors of the grading rules: read an answer, grade it, and build its form.

Everything here is pure: the same spec, answer and seed give the same report, to the last byte.
"""

from exercises.grading.fields import FieldGroup, Fields
from exercises.grading.kinds import KINDS
from exercises.grading.planning import Answer, run_checks
from exercises.grading.report import DecisionMap, Report
from exercises.grading.specs import ExerciseSpec


def parse_answer(spec: ExerciseSpec, raw: object) -> Answer:
    """Turn a decoded answer into its canonical form, or raise AnswerRefused with all problems."""
    return KINDS[spec.kind].parse(spec, raw)


def grade(spec: ExerciseSpec, answer: Answer, seed: int) -> Report:
    """Run all checks; `seed` (>= 0) is where the hidden points come from.

    The answer is read again, so a stored answer that no longer fits the spec raises AnswerRefused.
    """
    kind = KINDS[spec.kind]
    return run_checks(kind.plan(spec, kind.parse(spec, answer), seed), spec.points, visible_only=False)


def check_visible(spec: ExerciseSpec, answer: Answer) -> Report:
    """Run the visible checks only; nothing in the report depends on a hidden check."""
    kind = KINDS[spec.kind]
    return run_checks(kind.plan(spec, kind.parse(spec, answer), 0), spec.points, visible_only=True)


def form_groups(spec: ExerciseSpec) -> list[FieldGroup]:
    """Describe the form of the exercise, group by group."""
    return KINDS[spec.kind].form_groups(spec)


def answer_from_fields(spec: ExerciseSpec, fields: Fields) -> object:
    """Build a raw answer for parse_answer from a posted form, or raise AnswerRefused."""
    return KINDS[spec.kind].answer_from_fields(spec, fields)


def fields_from_answer(spec: ExerciseSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    return KINDS[spec.kind].fields_from_answer(spec, answer)


def draw_maps(spec: ExerciseSpec, answer: Answer, seed: int) -> list[DecisionMap]:
    """Draw the decision maps of a graded answer, the counter-example of the same grading marked in them.

    This is apart from grading because a map takes ten times as long as all checks together.
    """
    return KINDS[spec.kind].draw_maps(spec, answer, grade(spec, answer, seed).first_counterexample())
