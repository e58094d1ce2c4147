"""Hold grading back, of one exercise or of all, and let it go on."""

from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises import tasks
from exercises.errors import StudentMistake
from exercises.models import Exercise, Lane, Pause


@transaction.atomic
def pause_grading(*, exercise: Exercise | None, actor: User, reason: str, now: datetime) -> Pause:
    """Stop grading of an exercise, or of all for None; answers are still taken and wait in line."""
    if not reason.strip():
        raise StudentMistake("reason_missing", "Say why grading stands still; students see it.")
    if Pause.objects.active().filter(exercise=exercise).exists():
        raise StudentMistake("already_paused", f"Grading of {exercise or 'everything'} is paused already.")
    pause: Pause = Pause.objects.create(exercise=exercise, actor=actor, reason=reason.strip(), created_at=now)
    return pause


@transaction.atomic
def lift_pause(*, pause: Pause, actor: User, now: datetime) -> None:
    """Let grading go on; what waited is graded at once. To lift twice is no mistake."""
    if Pause.objects.active().filter(pk=pause.pk).update(lifted_at=now, lifted_by=actor):
        for lane in Lane:
            transaction.on_commit(lambda lane=lane: tasks.ring(lane))  # type: ignore[misc]
