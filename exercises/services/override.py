"""Change a grade by hand: a new row in the ledger, with who and why; try it first, and take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.events import grade_overridden
from exercises.models import GradeChange, Submission
from exercises.queries.scores import standings, with_scores


@dataclass(frozen=True)
class Effect:
    """What a change would do: to this submission, and to the grade that counts for the exercise."""

    score_before: float | None
    score_after: float
    counted_before: float | None
    counted_after: float | None


@transaction.atomic
def override_grade(
    *, submission: Submission, actor: User, score: float, reason: str, now: datetime
) -> GradeChange:
    """Append a change; the grader's own result stays as it was."""
    locked = _lock(submission)
    _check_score(locked, score)
    change = _append(locked, actor, score, reason, now)
    grade_overridden.send(sender=GradeChange, submission_pk=locked.pk)
    return change


@transaction.atomic
def undo_override(*, submission: Submission, actor: User, reason: str, now: datetime) -> GradeChange:
    """Append a change back to what stood before the newest one; the newest one stays in the ledger."""
    locked = _lock(submission)
    newest = locked.changes.order_by("-pk").first()
    if newest is None:
        raise StudentMistake("nothing_to_undo", "Nobody has changed this grade.")
    if newest.old_score is None:
        raise StudentMistake(
            "nothing_before", "There was no grade before this change. Override it with the grade that is due."
        )
    change = _append(locked, actor, newest.old_score, reason, now)
    grade_overridden.send(sender=GradeChange, submission_pk=locked.pk)
    return change


@transaction.atomic
def preview_override(*, submission: Submission, actor: User, score: float, now: datetime) -> Effect:
    """Return what an override would do: it is made and rolled back, so no rule is told twice."""
    locked = _lock(submission)
    _check_score(locked, score)
    before, counted_before = _current(locked), _counted(locked)
    _append(locked, actor, score, "preview", now)
    counted_after = _counted(locked)
    transaction.set_rollback(True)
    return Effect(before, score, counted_before, counted_after)


def _lock(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related(
        "revision", "enrolment__course", "exercise__revision"
    )
    locked: Submission = rows.get(pk=submission.pk)
    if not locked.is_final():
        raise StudentMistake(
            "not_final", "This submission is still being graded. Override it when it has ended."
        )
    return locked


def _check_score(submission: Submission, score: float) -> None:
    if not 0 <= score <= submission.revision.points:
        raise StudentMistake(
            "score_out_of_range", f"score={score:g} is outside 0 to {submission.revision.points:g}"
        )


def _append(submission: Submission, actor: User, score: float, reason: str, now: datetime) -> GradeChange:
    if not reason.strip():
        raise StudentMistake("reason_missing", "Say why the grade changes.")
    change: GradeChange = GradeChange.objects.create(
        submission=submission,
        actor=actor,
        old_score=_current(submission),
        new_score=score,
        reason=reason.strip(),
        created_at=now,
    )
    return change


def _current(submission: Submission) -> float | None:
    rows = with_scores(Submission.objects.filter(pk=submission.pk))
    score: float | None = rows.values_list("score", flat=True).get()
    return score


def _counted(submission: Submission) -> float | None:
    """Return the grade of the exercise that counts for this person now."""
    exercise = submission.exercise
    return standings(submission.enrolment, [exercise])[exercise.pk].best
