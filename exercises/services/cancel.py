"""Take an answer out of the line, or stop its grading; it uses no attempt."""

from exercises.errors import StudentMistake
from exercises.models import Status, Submission
from exercises.models.submission import FINAL


def cancel_submission(*, submission: Submission) -> None:
    """End a submission that waits or runs; whoever grades it notices within about a second.

    Raises StudentMistake when it has ended already. To cancel twice is no mistake.
    """
    for before in (Status.QUEUED, Status.RUNNING, Status.QUEUED):
        if Submission.objects.filter(pk=submission.pk).move(before=before, after=Status.CANCELLED):
            break
    submission.refresh_from_db()
    if submission.status in FINAL and submission.status != Status.CANCELLED:
        raise StudentMistake("already_final", "This answer has its result already; it cannot be cancelled.")
