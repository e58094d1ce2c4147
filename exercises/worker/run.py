"""Grade what waits: the pure rules do the work, this module carries it from row to row."""

import logging
import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils import timezone

from annsite.rest.log_context import bind
from engine import __version__ as engine_version
from engine.fingerprint import fingerprint
from exercises.events import submission_finished
from exercises.grading.grade import grade, is_isolated
from exercises.models import ExerciseRevision, Grade, Lane
from exercises.models.submission import Failure
from exercises.queries.seeds import seed_for
from exercises.queries.specs import spec_of
from exercises.worker.claim import Job, Result, claim, finish, give_back, keep, release
from exercises.worker.isolated import Graded, NotWanted, TooSlow, grade_isolated
from exercises.worker.patience import patiently

BATCHES_PER_BELL = {Lane.INTERACTIVE: 4, Lane.TRAINING: 1}

log = logging.getLogger(__name__)


def grade_waiting(lane: Lane, wake_another: Callable[[], object]) -> bool:
    """Grade up to a bounded number of batches; True when more may be waiting.

    `wake_another` is called when the first batch is full: there is work for a second worker. After half of
    the time that a bell may take no further job is begun, so that a limit is only ever met by a job that is
    slow itself.
    """
    enough = time.monotonic() + settings.GRADING_SECONDS / 2
    for number in range(BATCHES_PER_BELL[lane]):
        jobs = claim(lane)
        if not jobs:
            return False
        if number == 0 and len(jobs) == settings.GRADING_BATCH:
            wake_another()
        _grade_batch(jobs, enough)
        if time.monotonic() >= enough:
            break
    return True


def _grade_batch(jobs: Sequence[Job], enough: float) -> None:
    """Grade the first job, and more until the time is up; write what was graded, release the rest."""
    results: list[Result] = []
    waiting = list(jobs)
    while waiting:
        job = waiting.pop(0)
        with bind(submission=job.public_id, claim=job.fence):
            result = grade_job(job)
        if result is not None:
            results.append(result)
        if time.monotonic() >= enough:
            break
    if results:
        _write(results)
    if waiting:
        patiently(lambda: release(waiting))


def grade_job(job: Job) -> Result | None:
    """Run the rules; whatever breaks in them is our fault, and the job gets another try.

    None when the job was given back, or when nobody waits for it any more.
    """
    seed = seed_for(job.enrolment_pk, job.exercise)
    started = time.perf_counter()
    try:
        graded = _grade(job, seed)
    except NotWanted:
        return None
    except TooSlow as error:
        log.error("graded too slowly: %s", error)
        _give_back(job, Failure.TOO_SLOW)
        return None
    except Exception:  # whatever breaks inside the rules is ours, and is told apart nowhere else
        log.exception("grading failed")
        _give_back(job, Failure.GRADER_ERROR)
        return None
    return Result(
        job,
        Grade(
            submission_id=job.pk,
            revision_id=job.revision_pk,
            score=graded.score,
            max_score=graded.max_score,
            report=graded.report,
            engine_version=engine_version,
            fingerprint=graded.fingerprint,
            seed=seed,
            fence=job.fence,
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
            created_at=timezone.now(),
        ),
    )


def _grade(job: Job, seed: int) -> Graded:
    """Grade here what takes milliseconds, and in a process of its own what takes seconds."""
    spec = spec_of(job.revision_pk)
    if is_isolated(spec):
        stored = ExerciseRevision.objects.values_list("spec", flat=True).get(pk=job.revision_pk)
        return grade_isolated(stored, job.answer, seed, lambda progress: keep(job, progress))
    report = grade(spec, job.answer, seed)
    return Graded(report.to_json(), report.score, report.max_score, fingerprint())


def _write(results: Sequence[Result]) -> None:
    """Write the grades, even where the database is away for a moment, and tell who listens."""
    for job in patiently(lambda: finish(results)):
        with bind(submission=job.public_id, claim=job.fence):
            log.info("graded")
        submission_finished.send(sender=Grade, submission_pk=job.pk)


def _give_back(job: Job, failure: Failure) -> None:
    if patiently(lambda: give_back(job, failure)):
        log.error("ended as our fault (%s); no attempt is used", failure)
