"""Give an attempt back."""

from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises import access
from exercises.errors import StudentMistake
from exercises.models import AttemptRefund, Submission
from exercises.models.submission import UNCHARGED

LONGEST = 2000


@transaction.atomic
def refund_attempt(*, submission: Submission, actor: User, reason: str, now: datetime) -> AttemptRefund:
    """Let an attempt no longer count as used; its grade keeps counting. Once, and with a reason.

    For instructors of the course and assistants of the student's section; StudentMistake for everybody else.
    """
    access.require_reviewer(actor, submission)
    list(Submission.objects.select_for_update(of=("self",)).filter(pk=submission.pk).values_list("pk"))
    said = reason.replace("\x00", "").strip()
    if not said:
        raise StudentMistake("reason_missing", "Say why the attempt is given back.")
    if len(said) > LONGEST:
        limit = f"at most {LONGEST:,} characters"
        raise StudentMistake("reason_too_long", f"Write the reason in {limit}; this has {len(said):,}.")
    if not submission.is_final():
        raise StudentMistake(
            "not_final", "This submission is still being graded. Refund it when it has ended."
        )
    if submission.status in UNCHARGED:
        raise StudentMistake("attempt_not_used", "This submission used no attempt.")
    if AttemptRefund.objects.filter(submission=submission).exists():
        raise StudentMistake("already_refunded", "This attempt was given back before.")
    refund: AttemptRefund = AttemptRefund.objects.create(
        submission=submission, actor=actor, reason=said, created_at=now
    )
    return refund
