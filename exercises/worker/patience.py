"""Wait for a database that is away for a moment, as long as the lease of the work still holds."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0

Outcome = TypeVar("Outcome")

log = logging.getLogger(__name__)


def patiently(write: Callable[[], Outcome]) -> Outcome:
    """Call `write` until the database takes it, or raise its error once the lease must have ended.

    `write` must be safe to repeat: a commit whose answer got lost is called again.
    """
    deadline = time.monotonic() + settings.GRADING_LEASE_SECONDS
    pause = FIRST_PAUSE
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() + pause > deadline:
                raise
            log.warning("the database is away (%s); trying again in %.1f s", error, pause)
            connection.close()
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
