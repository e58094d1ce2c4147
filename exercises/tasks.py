"""Celery's doors: a bell that carries no payload, and what is done when it rings."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from exercises.worker.claim import will_be_found
from exercises.worker.run import grade_waiting

BELL_EXPIRES_SECONDS = 60

log = logging.getLogger(__name__)


@shared_task(name="exercises.answer_bell", ignore_result=True)
def answer_bell() -> None:
    """Grade what waits; ring again where more is left than one worker or one bell may do."""
    if grade_waiting(wake_another=ring):
        ring()


def ring_for(submission_pk: int) -> None:
    """Ring for a new submission, unless a worker is bound to find it anyway."""
    if not will_be_found(submission_pk):
        ring()


def ring() -> bool:
    """Tell the workers that something waits. A broker that is down costs nothing: the sweeper rings later."""
    try:
        answer_bell.apply_async(expires=BELL_EXPIRES_SECONDS, retry=False)
    except OperationalError as error:
        log.warning("the bell did not ring (%s); the sweeper will ring it", error)
        return False
    return True
