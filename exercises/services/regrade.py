"""Grade what was graded once more: ask for a dry run, apply it, undo it, or cancel it."""

from datetime import datetime
from functools import partial
from itertools import islice

from django.db import transaction

from annsite.accounts.models import User
from exercises import tasks
from exercises.errors import LimitReached, StudentMistake
from exercises.grading.specs import SpecInvalid
from exercises.models import ItemStatus, Regrade, RegradeItem, RegradeState
from exercises.queries.load import BULK
from exercises.queries.regrades import Order, covered_submissions
from exercises.queries.specs import spec_of
from lessons.models import Course

MOST_ITEMS = 200_000
CHUNK = 2_000


@transaction.atomic
def start_regrade(*, order: Order, actor: User, now: datetime) -> Regrade:
    """Put everything in the scope into the bulk lane; no grade changes before `apply_regrade`."""
    reason = order.reason.strip()
    if not reason:
        raise StudentMistake("reason_missing", "Say why these answers are graded again.")
    if order.revision.exercise_id != order.exercise.pk:
        raise StudentMistake("foreign_revision", f"{order.revision} is not a revision of {order.exercise}.")
    _refuse_unreadable(order)
    list(Course.objects.select_for_update().filter(pk=order.course.pk).values_list("pk"))
    _refuse_second(order)
    covered = covered_submissions(order).order_by("pk")
    if covered[MOST_ITEMS : MOST_ITEMS + 1].exists():
        raise LimitReached(
            "regrade_too_large",
            f"This covers more than {MOST_ITEMS:,} answers. Narrow it by date or section.",
        )
    regrade = Regrade.objects.create(
        course=order.course,
        exercise=order.exercise,
        revision=order.revision,
        scope=order.scope.to_json(),
        reason=reason,
        actor=actor,
        created_at=now,
    )
    rows = covered.values_list("pk", "graded_score").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        RegradeItem.objects.bulk_create(
            [RegradeItem(regrade=regrade, submission_id=pk, old_score=score) for pk, score in chunk]
        )
    if not regrade.items.exists():
        raise StudentMistake("nothing_covered", "No graded answer is in this scope.")
    _ring()
    return regrade


@transaction.atomic
def apply_regrade(*, regrade: Regrade, actor: User, now: datetime) -> None:
    """Let the workers write the new grades to the ledger; overrides stay. To apply twice is no mistake."""
    ready = Regrade.objects.filter(pk=regrade.pk, state=RegradeState.READY)
    if ready.update(state=RegradeState.APPLYING, applied_at=now, applied_by=actor):
        _ring()
        return
    regrade.refresh_from_db()
    if regrade.state not in {RegradeState.APPLYING, RegradeState.APPLIED}:
        raise StudentMistake("not_ready", f"This regrade cannot be applied: {_state(regrade)}.")


@transaction.atomic
def undo_regrade(*, regrade: Regrade, actor: User, now: datetime) -> None:
    """Let the workers restore the earlier grades, except where somebody graded since; twice is no mistake."""
    applied = Regrade.objects.filter(pk=regrade.pk, state=RegradeState.APPLIED)
    if applied.update(state=RegradeState.UNDOING, undone_at=now, undone_by=actor):
        _ring()
        return
    regrade.refresh_from_db()
    if regrade.state not in {RegradeState.UNDOING, RegradeState.UNDONE}:
        raise StudentMistake("not_applied", f"This regrade cannot be undone: {_state(regrade)}.")


@transaction.atomic
def cancel_regrade(*, regrade: Regrade) -> None:
    """End a dry run that nobody applied; what waits or runs is taken out of the line."""
    unapplied = Regrade.objects.filter(pk=regrade.pk, state__in=[RegradeState.RUNNING, RegradeState.READY])
    if unapplied.update(state=RegradeState.CANCELLED):
        regrade.items.filter(status__in=[ItemStatus.QUEUED, ItemStatus.RUNNING]).delete()
        return
    regrade.refresh_from_db()
    if regrade.state != RegradeState.CANCELLED:
        raise StudentMistake("not_cancellable", f"This regrade cannot be cancelled: {_state(regrade)}.")


def _ring() -> None:
    transaction.on_commit(partial(tasks.ring, BULK))


def _refuse_second(order: Order) -> None:
    """Refuse a dry run beside one that is not finished, as a double click would start."""
    unfinished = [RegradeState.RUNNING, RegradeState.APPLYING, RegradeState.UNDOING]
    rows = Regrade.objects.filter(course=order.course, exercise=order.exercise, state__in=unfinished)
    other = rows.first()
    if other is not None:
        raise StudentMistake(
            "regrade_under_way",
            f"Regrade {other.pk} of this exercise is not finished: {_state(other)}. Wait or cancel it.",
        )


def _refuse_unreadable(order: Order) -> None:
    try:
        spec_of(order.revision.pk)
    except SpecInvalid as error:
        raise StudentMistake(
            "unreadable_revision", f"{order.revision} cannot be graded by any more: {error}"
        ) from error


def _state(regrade: Regrade) -> str:
    return RegradeState(regrade.state).label.lower()
