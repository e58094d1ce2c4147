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
from exercises.models import Exercise, Lane, Submission
from exercises.queries.dates import between_attempts, outside_window
from exercises.queries.line import refuse_flood
from exercises.queries.scores import standings
from exercises.queries.specs import spec_for
from lessons.models import Enrolment, Role

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
        enrolment = _locked(enrolment)
        earlier = _earlier(enrolment, exercise, idempotency_key, digest)
        if earlier is not None:
            return earlier, False
        made = Submission.objects.filter(enrolment=enrolment, exercise=exercise).order_by()
        _check_rules(enrolment, exercise, now)
        refuse_flood(enrolment, lane, now)
        submission = Submission.objects.create(
            enrolment=enrolment,
            exercise=exercise,
            revision_id=exercise.revision_id,
            attempt=made.count() + 1,
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


def _locked(enrolment: Enrolment) -> Enrolment:
    """Return the enrolment as it is now; one request of a person passes at a time."""
    rows = Enrolment.objects.select_related("course").select_for_update(of=("self",))
    found: Enrolment = rows.get(pk=enrolment.pk)
    return found


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


def _check_rules(enrolment: Enrolment, exercise: Exercise, now: datetime) -> None:
    """Raise LimitReached where the course's rules for this person forbid an answer now."""
    if not enrolment.is_active:
        raise LimitReached("enrolment_inactive", "Your enrolment in this course has ended.")
    standing = standings(enrolment, [exercise])[exercise.pk]
    delivery = standing.delivery
    if delivery.is_paused:
        raise LimitReached("exercise_paused", "Your instructors have paused this exercise. Try again later.")
    if not standing.may_try():
        used = "your only attempt" if standing.allowed == 1 else f"all {standing.allowed} attempts"
        raise LimitReached("no_attempts_left", f"You have used {used}. Your best grade stays.")
    if enrolment.role != Role.STUDENT:
        return
    refusal = outside_window(delivery, now)
    if refusal:
        is_early = delivery.opens_at is not None and now < delivery.opens_at
        raise LimitReached("not_open_yet" if is_early else "closed", refusal)
    wait = standing.seconds_to_wait(now)
    if wait:
        raise LimitReached("cooldown", between_attempts(wait), retry_after=wait)
