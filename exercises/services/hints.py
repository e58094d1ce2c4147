"""Open a hint that costs points."""

from datetime import datetime

from django.db import transaction

from exercises.errors import LimitReached, StudentMistake
from exercises.models import Exercise, HintTaken
from exercises.queries.specs import spec_for
from lessons.models import Enrolment


@transaction.atomic
def take_hint(*, enrolment: Enrolment, exercise: Exercise, number: int, now: datetime) -> None:
    """Open hint `number`, counted from 1; what it costs comes off later attempts. Twice costs once.

    A hint without a cost is open to all and leaves no row. The others are opened in order: StudentMistake
    names the one that comes first. LimitReached says that the enrolment has ended.
    """
    if not enrolment.is_active:
        raise LimitReached("enrolment_inactive", "Your enrolment in this course has ended.")
    list(Enrolment.objects.select_for_update().filter(pk=enrolment.pk).order_by().values_list("pk"))
    spec = spec_for(exercise, enrolment)
    if not 1 <= number <= len(spec.hints):
        raise StudentMistake("no_such_hint", f"This exercise has hints 1 to {len(spec.hints)}, not {number}.")
    taken = set(
        HintTaken.objects.filter(enrolment=enrolment, exercise=exercise).values_list("number", flat=True)
    )
    missing = [
        earlier for earlier in range(1, number) if spec.hint_cost(earlier) > 0 and earlier not in taken
    ]
    if missing:
        raise StudentMistake("hint_out_of_order", f"Open hint {missing[0]} first.")
    if spec.hint_cost(number) > 0 and number not in taken:
        HintTaken.objects.create(
            enrolment=enrolment,
            exercise=exercise,
            number=number,
            cost=spec.hint_cost(number),
            taken_at=now,
        )
