"""Run the sweeper: it ends what is stuck and rings the bell again, with the database alone."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from exercises import tasks
from exercises.queries.load import BULK, LANES
from exercises.worker.recover import sweep
from exercises.worker.regrade import sweep_regrades
from exercises.worker.tally import note_sweep

MAX_BELLS = 4
LONGEST_PAUSE = 12

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Requeue lost leases, end what is overdue, ring again for what waits; every SWEEP_SECONDS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        patience = {lane: Patience(lane) for lane in LANES}
        while True:
            for lane, waiting in _sweep().items():
                patience[lane].ring(waiting)
            if options["once"] or stop.wait(settings.SWEEP_SECONDS):
                return


class Patience:
    """Ring for what waits, ever more rarely while nobody answers: bells must not pile up in the broker."""

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self.pause = 0
        self.skipped = 0
        self.waiting_before = 0

    def ring(self, waiting: int) -> int:
        """Ring at most MAX_BELLS times and return how often; a broker that is away is tried every time."""
        if waiting < self.waiting_before or waiting == 0:
            self.pause = 0
        elif self.skipped < self.pause:
            self.skipped += 1
            return 0
        self.skipped = 0
        self.waiting_before = waiting
        rung = sum(tasks.ring(self.lane) for _ in range(min(waiting, MAX_BELLS)))
        self.pause = min(LONGEST_PAUSE, 2 * self.pause + 1) if rung else 0
        return rung


def _sweep() -> dict[str, int]:
    """Sweep once and count by lane what to ring for; a database that is away is tried again next turn."""
    try:
        waiting = dict(sweep().waiting)
        waiting[BULK] = sweep_regrades().waiting
        note_sweep()
    except DatabaseError as error:
        log.error("the sweep failed (%s); trying again in %s s", error, settings.SWEEP_SECONDS)
        connection.close()
        return {}
    return waiting
