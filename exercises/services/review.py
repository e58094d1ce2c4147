"""A student asks a person to look at a grade, and gets an answer in words."""

from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises import access
from exercises.errors import StudentMistake
from exercises.models import ReviewRequest, Status, Submission

LONGEST = 2000


@transaction.atomic
def request_review(*, submission: Submission, message: str, now: datetime) -> ReviewRequest:
    """Ask once for each submission, when it has ended; StudentMistake says what is missing."""
    list(Submission.objects.select_for_update(of=("self",)).filter(pk=submission.pk).values_list("pk"))
    if not submission.is_final():
        raise StudentMistake("not_final", "This answer is still being graded. Ask when it has its result.")
    if submission.status == Status.CANCELLED:
        raise StudentMistake("nothing_to_review", "This answer was cancelled, so it has no result to review.")
    words = _words(message, "message", "Say what seems wrong")
    if ReviewRequest.objects.filter(submission=submission).exists():
        raise StudentMistake("already_requested", "You have asked for a review of this answer before.")
    request: ReviewRequest = ReviewRequest.objects.create(
        submission=submission, message=words, created_at=now
    )
    return request


@transaction.atomic
def answer_review(*, request: ReviewRequest, actor: User, answer: str, now: datetime) -> None:
    """Answer a request once. For instructors of the course and assistants of the student's section."""
    access.require_reviewer(actor, request.submission)
    words = _words(answer, "answer", "Say what you found")
    answered = ReviewRequest.objects.filter(pk=request.pk, answered_at=None).update(
        answer=words, answered_at=now, answered_by=actor
    )
    if not answered:
        raise StudentMistake("already_answered", "This request has its answer already.")


def _words(text: str, field: str, wish: str) -> str:
    words = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not 1 <= len(words) <= LONGEST:
        limit = f"1 to {LONGEST:,} characters"
        raise StudentMistake(f"{field}_length", f"{wish}, in {limit}; this has {len(words):,}.")
    return words
