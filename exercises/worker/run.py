"""Grade what waits: the pure rules do the work, this module carries it from row to row."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from engine import __version__ as engine_version
from engine.fingerprint import fingerprint
from exercises.events import submission_finished
from exercises.grading.grade import grade
from exercises.models import Grade
from exercises.models.submission import Failure
from exercises.queries.seeds import seed_for
from exercises.queries.specs import spec_of
from exercises.worker.claim import Job, Result, claim, finish, give_back

BATCHES_PER_BELL = 4

log = logging.getLogger(__name__)


def grade_waiting(wake_another: Callable[[], object]) -> bool:
    """Grade up to a bounded number of batches; True when more may be waiting.

    `wake_another` is called when the first batch is full: there is work for a second worker.
    """
    for number in range(BATCHES_PER_BELL):
        jobs = claim()
        if not jobs:
            return False
        if number == 0 and len(jobs) == settings.GRADING_BATCH:
            wake_another()
        results = [result for job in jobs if (result := _grade(job)) is not None]
        for job in finish(results):
            submission_finished.send(sender=Grade, submission_pk=job.pk)
    return True


def _grade(job: Job) -> Result | None:
    """Run the rules; whatever breaks in them is our fault, and the job gets another try."""
    seed = seed_for(job.enrolment_pk, job.exercise)
    started = time.perf_counter()
    try:
        report = grade(spec_of(job.revision_pk), job.answer, seed)
    except Exception:  # whatever breaks inside the rules is ours, and is told apart nowhere else
        log.exception("grading submission %s failed at try %s", job.pk, job.fence)
        give_back(job, Failure.GRADER_ERROR)
        return None
    return Result(
        job,
        Grade(
            submission_id=job.pk,
            revision_id=job.revision_pk,
            score=report.score,
            max_score=report.max_score,
            report=report.to_json(),
            engine_version=engine_version,
            fingerprint=fingerprint(),
            seed=seed,
            fence=job.fence,
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
            created_at=timezone.now(),
        ),
    )
