"""The public doors of the grading rules: read an answer, grade it, and build its form.

Everything here is pure: the same spec, answer and seed give the same report, to the last byte.
"""

from dataclasses import replace

from exercises.grading.fields import FieldGroup, Fields
from exercises.grading.kinds import KINDS
from exercises.grading.planning import SILENT, Answer, GivenNumbers, Watch, run_checks
from exercises.grading.report import DecisionMap, Report
from exercises.grading.specs import ExerciseSpec


def personal_spec(spec: ExerciseSpec, seed: int) -> ExerciseSpec:
    """Return the exercise as the person with this seed (>= 0) sees it: the same seed, the same variant."""
    personal: ExerciseSpec = KINDS[spec.kind].personalise(spec, seed)
    return personal


def is_isolated(spec: ExerciseSpec) -> bool:
    """Whether grading takes seconds, and so happens in the training lane in a process of its own."""
    return KINDS[spec.kind].isolated


def parse_answer(spec: ExerciseSpec, raw: object) -> Answer:
    """Turn a decoded answer into its canonical form, or raise AnswerRefused with all problems.

    Where an answer costs too much to run, the problems say what would fit.
    """
    return KINDS[spec.kind].parse(spec, raw)


def grade(spec: ExerciseSpec, answer: Answer, seed: int, watch: Watch = SILENT) -> Report:
    """Run all checks on the person's variant; `seed` (>= 0) is also where the hidden points come from.

    The answer is read again, so a stored answer that no longer fits the spec raises AnswerRefused. Raises
    Stopped when `watch` says so.
    """
    return grade_personal(personal_spec(spec, seed), answer, seed, watch)


def grade_personal(spec: ExerciseSpec, answer: Answer, seed: int, watch: Watch = SILENT) -> Report:
    """Run all checks of a personal spec, as `grade` does after making one."""
    kind = KINDS[spec.kind]
    planned = kind.plan(spec, kind.parse(spec, answer), seed, watch)
    return run_checks(planned, spec.points, visible_only=False)


def check_visible(spec: ExerciseSpec, answer: Answer) -> Report:
    """Run the visible checks of a personal spec; nothing in the report depends on a hidden check."""
    kind = KINDS[spec.kind]
    parsed = kind.parse(spec, answer)
    report = run_checks(kind.plan(spec, parsed, 0, SILENT), spec.points, visible_only=True)
    return replace(report, notes=(*report.notes, *kind.foresee(spec, parsed)))


def given_numbers(spec: ExerciseSpec) -> list[GivenNumbers]:
    """List the tables of numbers that a personal spec gives the student."""
    return KINDS[spec.kind].givens(spec)


def start_answer(spec: ExerciseSpec) -> Answer | None:
    """Return the answer that the form of a personal spec holds at first; None for an empty form."""
    return KINDS[spec.kind].start(spec)


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
    kind = KINDS[spec.kind]
    if kind.isolated:
        return []
    return kind.draw_maps(
        kind.personalise(spec, seed), answer, grade(spec, answer, seed).first_counterexample()
    )
