"""The real worker with a fault put into its grading: `celery -A tests.faults.faulty_worker worker`.

FAULT=held:FILE makes each grade wait while FILE exists, and write FILE.begun, so that a kill can hit it;
FAULT=uneven makes it 0 to 60 ms; FAULT=poison kills the process; FAULT=poison-gates and FAULT=hang-gates
do it for one exercise alone. FAULT=struck lets the time limit strike each process within its first query.
"""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import django

from annsite.celery import app

django.setup()

from django.db import connection  # noqa: E402

from exercises.grading.grade import grade  # noqa: E402
from exercises.worker import run  # noqa: E402

__all__ = ["app"]


FAULT, _, FILE = os.environ["FAULT"].partition(":")


def held(*arguments: Any) -> Any:
    Path(f"{FILE}.begun").touch()
    while Path(FILE).exists():
        time.sleep(0.05)
    return grade(*arguments)


def uneven(*arguments: Any) -> Any:
    time.sleep(random.uniform(0, 0.06))
    return grade(*arguments)


def poison(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(*_: Any) -> None:
    time.sleep(600)


def for_gates_alone(fault: Any) -> Any:
    """Keep a fault to one exercise; the others are graded as ever."""

    def graded(spec: Any, *arguments: Any) -> Any:
        return fault() if spec.id == "mp-gates" else grade(spec, *arguments)

    return graded


def struck_once(claim: Any) -> Any:
    """Let the first claim of a process hang in the database until the soft time limit ends the bell."""
    was_struck = False

    def claimed(*arguments: Any) -> Any:
        nonlocal was_struck
        if not was_struck:
            was_struck = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(600)")
        return claim(*arguments)

    return claimed


if FAULT == "struck":
    run.claim = struck_once(run.claim)
else:
    run.grade = {
        "held": held,
        "uneven": uneven,
        "poison": poison,
        "poison-gates": for_gates_alone(poison),
        "hang-gates": for_gates_alone(hang),
    }[FAULT]
