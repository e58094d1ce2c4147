"""Run the visible checks at once; nothing is stored and no attempt is used."""

from exercises.grading.grade import check_visible, parse_answer
from exercises.grading.report import Report
from exercises.models import Exercise
from exercises.queries.specs import spec_of


def check_answer(*, exercise: Exercise, answer: object) -> Report:
    """Return the report of the visible checks, or raise AnswerRefused with every problem."""
    if exercise.revision_id is None:
        raise ValueError(f"{exercise} has no published revision")
    spec = spec_of(exercise.revision_id)
    return check_visible(spec, parse_answer(spec, answer))
