"""Celery's doors: bells that carry no payload, and what is done when one rings."""

import logging
from typing import Any

from celery import Task, shared_task
from celery.signals import task_failure, worker_process_init
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from kombu.exceptions import OperationalError

from exercises.grading.alone import limit_address_space
from exercises.models import Lane
from exercises.queries.load import BULK
from exercises.worker.claim import will_be_found
from exercises.worker.regrade import regrade_waiting
from exercises.worker.run import grade_waiting

BELL_EXPIRES_SECONDS = 60

log = logging.getLogger(__name__)


@shared_task(name="exercises.answer_bell", ignore_result=True)
def answer_bell() -> None:
    """Grade what waits in the interactive lane; ring again where more is left than one bell may do."""
    if grade_waiting(Lane.INTERACTIVE, wake_another=ring):
        ring()


@shared_task(
    name="exercises.training_bell",
    ignore_result=True,
    soft_time_limit=settings.TRAINING_SECONDS + settings.GRADING_SECONDS,
    time_limit=settings.TRAINING_SECONDS * 2,
)
def training_bell() -> None:
    """Grade the next training, and ring for the one after it."""
    if grade_waiting(Lane.TRAINING, wake_another=lambda: None):
        ring(Lane.TRAINING)


@shared_task(
    name="exercises.bulk_bell",
    ignore_result=True,
    soft_time_limit=settings.TRAINING_SECONDS + settings.GRADING_SECONDS,
    time_limit=settings.TRAINING_SECONDS * 2,
)
def bulk_bell() -> None:
    """Do the next batch of a regrade, and ring for the one after it: trainings come in between."""
    if regrade_waiting():
        ring(BULK)


BELLS: dict[str, Task[Any, Any]] = {
    Lane.INTERACTIVE: answer_bell,
    Lane.TRAINING: training_bell,
    BULK: bulk_bell,
}


def ring_for(submission_pk: int, lane: Lane) -> None:
    """Ring for a new submission, unless a worker is bound to find it anyway."""
    if lane == Lane.TRAINING or not will_be_found(submission_pk):
        ring(lane)


def ring(lane: str = Lane.INTERACTIVE) -> bool:
    """Tell the workers that something waits. A broker that is down costs nothing: the sweeper rings later."""
    try:
        BELLS[lane].apply_async(expires=BELL_EXPIRES_SECONDS, retry=False)
    except OperationalError as error:
        log.warning("the bell did not ring (%s); the sweeper will ring it", error)
        return False
    return True


@worker_process_init.connect
def limit_child(**_: object) -> None:
    """Bound the memory of a worker's child: a grade that asks for more fails alone."""
    limit_address_space(settings.GRADING_MEMORY_MB)


@task_failure.connect
def forget_connection(**_: object) -> None:
    """Connect anew after a bell that failed.

    A time limit may strike within a query. The connection it leaves is busy for good, and one caught inside
    a transaction could not even be opened again: the process would fail every bell from then on.
    """
    try:
        connections[DEFAULT_DB_ALIAS].close()
    finally:
        del connections[DEFAULT_DB_ALIAS]
