"""The ledger of one submission: what the grader found and what people did, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from exercises.grading.wording import write_count
from exercises.models import AttemptRefund, Extension, Grade, ReviewRequest, Submission
from exercises.models.regrade import UNDO


@dataclass(frozen=True)
class Entry:
    """One line of the ledger; `old` and `new` are grades, where the line is about one."""

    when: datetime
    who: str
    what: str
    old: float | None = None
    new: float | None = None
    why: str = ""


def history_of(submission: Submission) -> list[Entry]:
    """Return everything that bears on the grade of a submission, with a fixed number of queries."""
    entries = [*_grades(submission), *_changes(submission), *_wishes(submission), *_extensions(submission)]
    return sorted(entries, key=lambda entry: entry.when)


def _grades(submission: Submission) -> Iterator[Entry]:
    before: float | None = None
    rows = submission.grades.select_related("revision", "regrade__applied_by", "regrade__undone_by")
    for row in rows.defer("report", "revision__spec").order_by("run"):
        what = f"run {row.run}, by revision {row.revision.number}, of {row.max_score:g}"
        yield Entry(row.created_at, _grader(row), what, before, row.score, row.note)
        before = row.score


def _grader(grade: Grade) -> str:
    """Name who had a grade written: whoever applied or undid its regrade, else the grader."""
    if grade.regrade is None:
        return "grader"
    is_undone = grade.note.startswith(UNDO)
    return str(grade.regrade.undone_by if is_undone else grade.regrade.applied_by)


def _changes(submission: Submission) -> Iterator[Entry]:
    for row in submission.changes.select_related("actor"):
        yield Entry(row.created_at, str(row.actor), "override", row.old_score, row.new_score, row.reason)


def _wishes(submission: Submission) -> Iterator[Entry]:
    """Yield what was asked for and given back: the review, and the attempt."""
    for refund in AttemptRefund.objects.filter(submission=submission).select_related("actor"):
        yield Entry(refund.created_at, str(refund.actor), "attempt given back", why=refund.reason)
    reviews = ReviewRequest.objects.filter(submission=submission)
    for review in reviews.select_related("answered_by", "submission__enrolment__user"):
        student = str(review.submission.enrolment.user)
        yield Entry(review.created_at, student, "asked for a review", why=review.message)
        if review.answered_at:
            yield Entry(review.answered_at, str(review.answered_by), "answered it", why=review.answer)


def _extensions(submission: Submission) -> Iterator[Entry]:
    """Yield what this person was granted for this exercise, alone or with others."""
    enrolment = submission.enrolment
    whom = (
        Q(enrolment=enrolment)
        | Q(section__in=enrolment.sections.values("pk"))
        | Q(label__in=enrolment.labels.values("pk"))
    )
    what = Q(exercise=None) | Q(exercise=submission.exercise_id)
    rows = Extension.objects.filter(whom, what, course=enrolment.course_id)
    for row in rows.select_related("actor", "revoked_by", "section", "label"):
        group = f" to {row.section or row.label}" if row.section or row.label else ""
        more = [write_count(row.extra_minutes, "minute"), write_count(row.extra_attempts, "attempt")]
        grant = f"granted{group}: {', '.join(more)}"
        yield Entry(row.created_at, str(row.actor), grant, why=row.reason)
        if row.revoked_at:
            yield Entry(row.revoked_at, str(row.revoked_by), f"revoked{group}: the extension", why=row.reason)
