"""Who may reach which exercise and submission; what one may not see does not exist (404)."""

from typing import Any

from django.shortcuts import get_object_or_404

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.models import Exercise, Submission
from lessons.models import Enrolment


def published_exercise(slug: str) -> Exercise:
    """Return an exercise that is published now, with revision and lesson, or raise 404."""
    exercise: Exercise = get_object_or_404(
        Exercise.objects.published().select_related("revision", "lesson__revision"), slug=slug
    )
    return exercise


def own_submissions(user: Any) -> Any:
    """Submissions of the person alone."""
    if not isinstance(user, User):
        return Submission.objects.none()
    return Submission.objects.filter(enrolment__user=user).select_related(
        "revision", "exercise", "enrolment__course"
    )


def reviewable_submissions(user: User) -> Any:
    """Submissions that an instructor or an assistant may review: their courses', their sections'."""
    return Submission.objects.filter(enrolment__in=Enrolment.objects.for_staff(user).values("pk"))


def may_review(user: User, submission: Submission) -> bool:
    """Whether the person teaches whoever sent it: runs the course, or assists in a section of theirs."""
    return bool(reviewable_submissions(user).filter(pk=submission.pk).exists())


def require_reviewer(user: User, submission: Submission) -> None:
    """Raise StudentMistake unless the person may review this submission."""
    if not may_review(user, submission):
        raise StudentMistake("not_allowed", "You do not teach this student.")


def own_submission(user: Any, public_id: str) -> Submission:
    """Return one of the person's own submissions, or raise 404."""
    submission: Submission = get_object_or_404(own_submissions(user), public_id=public_id)
    return submission


def viewable_submission(user: Any, public_id: str) -> Submission:
    """Return a submission that is the person's own or that they may review, or raise 404."""
    rows = own_submissions(user)
    if isinstance(user, User):
        rows = (
            Submission.objects.filter(enrolment__user=user) | reviewable_submissions(user)
        ).select_related("revision", "exercise", "enrolment__course")
    submission: Submission = get_object_or_404(rows.distinct(), public_id=public_id)
    return submission
