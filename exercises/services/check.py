"""Run the visible checks at once; nothing is stored and no attempt is used."""

from exercises.grading.grade import check_visible, parse_answer
from exercises.grading.report import Report
from exercises.models import Exercise
from exercises.queries.specs import spec_for
from lessons.models import Enrolment


def check_answer(*, exercise: Exercise, enrolment: Enrolment | None, answer: object) -> Report:
    """Return the report of the visible checks, or raise AnswerRefused with every problem."""
    spec = spec_for(exercise, enrolment)
    return check_visible(spec, parse_answer(spec, answer))
