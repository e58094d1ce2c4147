"""Change a grade by hand: a new row in the ledger, with who and why."""

from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.events import grade_overridden
from exercises.models import GradeChange, Submission
from exercises.queries.scores import with_scores


@transaction.atomic
def override_grade(
    *, submission: Submission, actor: User, score: float, reason: str, now: datetime
) -> GradeChange:
    """Append a change; the grader's own result stays as it was."""
    locked = (
        Submission.objects.select_for_update(of=("self",)).select_related("revision").get(pk=submission.pk)
    )
    if not locked.is_final():
        raise StudentMistake(
            "not_final", "This submission is still being graded. Override it when it has ended."
        )
    if not 0 <= score <= locked.revision.points:
        raise StudentMistake(
            "score_out_of_range", f"score={score:g} is outside 0 to {locked.revision.points:g}"
        )
    if not reason.strip():
        raise StudentMistake("reason_missing", "Say why the grade changes.")
    current = with_scores(Submission.objects.filter(pk=locked.pk)).values_list("score", flat=True).get()
    change = GradeChange.objects.create(
        submission=locked,
        actor=actor,
        old_score=current,
        new_score=score,
        reason=reason.strip(),
        created_at=now,
    )
    grade_overridden.send(sender=GradeChange, submission_pk=locked.pk)
    return change
