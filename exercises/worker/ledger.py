"""Write a regrade to the ledger, or take it back: a batch at a time, each in a transaction of its own.

An item moves on in the transaction that writes its grade, so a worker that dies loses and doubles nothing,
and whoever comes next goes on where it stopped.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from exercises.models import Grade, ItemStatus, Regrade, RegradeItem, RegradeState, Submission
from exercises.models.regrade import UNDO
from exercises.queries.seeds import seed_for

BATCH = 200
NOTE_LENGTH = 200
# Which items are still to be written, and what the regrade is when none is left.
STEPS = {
    RegradeState.APPLYING: (ItemStatus.DONE, RegradeState.APPLIED),
    RegradeState.UNDOING: (ItemStatus.APPLIED, RegradeState.UNDONE),
}


def writing() -> Any:
    """Regrades that are being applied or undone."""
    return Regrade.objects.filter(state__in=STEPS).order_by("pk")


def write_batch() -> None:
    """Write the next batch of the oldest regrade that is being applied or undone."""
    regrade = writing().select_related("exercise").first()
    if regrade is None:
        return
    before, end = STEPS[RegradeState(regrade.state)]
    write = _apply if regrade.state == RegradeState.APPLYING else _undo
    with transaction.atomic(durable=True):
        items = _lock(regrade, before)
        Grade.objects.bulk_create(write(regrade, items))
        RegradeItem.objects.bulk_update(items, ["status"])
    left = RegradeItem.objects.filter(regrade=OuterRef("pk"), status=before)
    Regrade.objects.filter(~Exists(left), pk=regrade.pk, state=regrade.state).update(state=end)


def _lock(regrade: Regrade, before: ItemStatus) -> list[RegradeItem]:
    """Lock the next items and their submissions, so that nobody else adds a grade meanwhile."""
    rows = RegradeItem.objects.filter(regrade=regrade, status=before)
    rows = rows.select_related("submission").defer("submission__answer", "submission__progress")
    items = list(rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    submissions = Submission.objects.filter(pk__in=[item.submission_id for item in items])
    list(submissions.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    return items


def _apply(regrade: Regrade, items: Sequence[RegradeItem]) -> list[Grade]:
    """Return a grade for each item whose submission stands as the dry run found it; the others are left."""
    newest = _newest_grades(items)
    grades = []
    for item in items:
        before = newest[item.submission_id][-1]
        if before.score != item.old_score:
            item.status = ItemStatus.SKIPPED
            continue
        item.status = ItemStatus.APPLIED
        grades.append(_grade_of(regrade, item, before.run + 1))
    return grades


def _undo(regrade: Regrade, items: Sequence[RegradeItem]) -> list[Grade]:
    """Return the earlier grade once more, for each submission that nobody graded since."""
    newest = _newest_grades(items)
    restored = {}
    for item in items:
        *earlier, last = newest[item.submission_id]
        is_last = last.regrade_id == regrade.pk and bool(earlier)
        item.status = ItemStatus.UNDONE if is_last else ItemStatus.STAYS
        if is_last:
            restored[earlier[-1].pk] = last.run + 1
    return [
        _again(grade, restored[grade.pk], regrade)
        for grade in Grade.objects.filter(pk__in=restored).order_by("pk")
    ]


def _newest_grades(items: Iterable[RegradeItem]) -> dict[int, list[Any]]:
    """Return the grades of each submission without their reports, oldest first."""
    found: dict[int, list[Any]] = {item.submission_id: [] for item in items}
    rows = Grade.objects.filter(submission__in=found).order_by("submission", "run")
    for row in rows.only("submission_id", "run", "score", "regrade_id"):
        found[row.submission_id].append(row)
    return found


def _grade_of(regrade: Regrade, item: RegradeItem, run: int) -> Grade:
    if item.new_score is None or item.max_score is None:
        raise ValueError(f"item {item.pk} of {regrade} has no grade to write")
    return Grade(
        submission_id=item.submission_id,
        run=run,
        revision_id=regrade.revision_id,
        score=item.new_score,
        max_score=item.max_score,
        report=item.report,
        engine_version=item.engine_version,
        fingerprint=item.fingerprint,
        seed=seed_for(item.submission.enrolment_id, regrade.exercise.slug),
        fence=item.fence,
        regrade=regrade,
        note=f"regrade {regrade.pk}: {regrade.reason}"[:NOTE_LENGTH],
        duration_ms=item.duration_ms or 0.0,
        created_at=timezone.now(),
    )


def _again(grade: Grade, run: int, regrade: Regrade) -> Grade:
    """Return a new row that says what an earlier one said."""
    return Grade(
        submission_id=grade.submission_id,
        run=run,
        revision_id=grade.revision_id,
        score=grade.score,
        max_score=grade.max_score,
        report=grade.report,
        engine_version=grade.engine_version,
        fingerprint=grade.fingerprint,
        seed=grade.seed,
        fence=grade.fence,
        regrade=regrade,
        note=f"{UNDO} {regrade.pk}",
        duration_ms=grade.duration_ms,
        created_at=timezone.now(),
    )
