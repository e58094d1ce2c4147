"""Take an answer: check the rules under a lock, store it, ring the bell after the commit."""

import hashlib
import json
import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from annsite.rest.log_context import bind
from exercises import tasks
from exercises.errors import LimitReached, StudentMistake
from exercises.grading.grade import is_isolated, parse_answer
from exercises.models import Assignment, Exercise, Lane, Submission
from exercises.models.submission import UNCHARGED
from exercises.queries.line import refuse_flood
from exercises.queries.scores import attempts_allowed
from exercises.queries.specs import spec_for
from lessons.models import Enrolment

KEY_LENGTH = 255

log = logging.getLogger(__name__)


def submit_answer(
    *,
    enrolment: Enrolment,
    exercise: Exercise,
    answer: object,
    idempotency_key: str | None,
    now: datetime,
    source: dict[str, Any] | None = None,
) -> tuple[Submission, bool]:
    """Return the submission and whether it is new; the same key and answer give the first one again.

    Raises AnswerRefused with every problem of the answer, LimitReached when the course's rules forbid it,
    StudentMistake when a key is used for something else.
    """
    _check_key(idempotency_key)
    if exercise.revision_id is None or exercise.retired_at is not None:
        raise LimitReached("exercise_retired", "This exercise is retired and takes no more answers.")
    spec = spec_for(exercise, enrolment)
    parsed = parse_answer(spec, answer)
    digest = _digest(parsed)
    lane = Lane.TRAINING if is_isolated(spec) else Lane.INTERACTIVE
    with transaction.atomic():
        list(Enrolment.objects.select_for_update().filter(pk=enrolment.pk).order_by().values_list("pk"))
        earlier = _earlier(enrolment, exercise, idempotency_key, digest)
        if earlier is not None:
            return earlier, False
        made = Submission.objects.filter(enrolment=enrolment, exercise=exercise).order_by()
        statuses = list(made.values_list("status", flat=True))
        _check_rules(enrolment, exercise, used=sum(status not in UNCHARGED for status in statuses))
        refuse_flood(enrolment, lane, now)
        submission = Submission.objects.create(
            enrolment=enrolment,
            exercise=exercise,
            revision_id=exercise.revision_id,
            attempt=len(statuses) + 1,
            answer=parsed,
            answer_digest=digest,
            source=source,
            lane=lane,
            idempotency_key=idempotency_key,
            submitted_at=now,
        )
        transaction.on_commit(partial(tasks.ring_for, submission.pk, lane))
    with bind(submission=submission.public_id, lane=lane):
        log.info("answer taken")
    return submission, True


def _check_key(key: str | None) -> None:
    if key is not None and (not key.isprintable() or not 1 <= len(key) <= KEY_LENGTH):
        raise StudentMistake(
            "idempotency_key_invalid", f"Idempotency-Key must be 1 to {KEY_LENGTH} printable characters."
        )


def _digest(answer: dict[str, object]) -> str:
    canonical = json.dumps(answer, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _earlier(enrolment: Enrolment, exercise: Exercise, key: str | None, digest: str) -> Submission | None:
    if key is None:
        return None
    row: Submission | None = Submission.objects.filter(enrolment=enrolment, idempotency_key=key).first()
    if row is not None and (row.exercise_id, row.answer_digest) != (exercise.pk, digest):
        raise StudentMistake(
            "idempotency_key_reused",
            "This Idempotency-Key belongs to another answer. Send a new key with a new answer.",
        )
    return row


def _check_rules(enrolment: Enrolment, exercise: Exercise, *, used: int) -> None:
    if not enrolment.is_active:
        raise LimitReached("enrolment_inactive", "Your enrolment in this course has ended.")
    rules = Assignment.objects.filter(course=enrolment.course_id, exercise=exercise)
    is_paused, attempts = next(iter(rules.order_by().values_list("is_paused", "attempts")), (False, None))
    if is_paused:
        raise LimitReached("exercise_paused", "Your instructors have paused this exercise. Try again later.")
    allowed = attempts_allowed(enrolment, exercise, attempts)
    if allowed and used >= allowed:
        raise LimitReached(
            "no_attempts_left", f"You have used all {allowed} attempts. Your best grade stays."
        )
