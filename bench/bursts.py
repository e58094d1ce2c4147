"""The measuring half of bench/grading.py; it runs with the settings of the services that are measured."""

import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.worker import bare_grade  # noqa: E402
from exercises import tasks  # noqa: E402
from exercises.models import Assignment, Exercise, Grade, Status, Submission  # noqa: E402
from exercises.queries.specs import spec_of  # noqa: E402
from exercises.services.submit import submit_answer  # noqa: E402
from lessons.models import Enrolment  # noqa: E402

PER_SECOND = 20
OPEN_LOOP_SECONDS = 15
LIMIT_SECONDS = 120.0
FIRST_ATTEMPT = 1_000_000
WORKER_CHILDREN = 2


class Bench:
    """One exercise, many students, and answers that are all right."""

    def __init__(self) -> None:
        self.exercise = Exercise.objects.get(slug="xor-weights")
        self.answer = spec_of(self.exercise.revision_id).reference
        self.people = list(Enrolment.objects.all())
        self.turn = itertools.cycle(self.people)
        self.attempts = itertools.count(FIRST_ATTEMPT)
        self.started = 0.0
        Assignment.objects.create(course=self.people[0].course, exercise=self.exercise, attempts=0)

    def ours(self, rows: int) -> None:
        """Put so many answers into the line, as if a class had sent them, and ring once for each worker."""
        Submission.objects.bulk_create([self._row(status=Status.QUEUED) for _ in range(rows)])
        self.started = time.perf_counter()
        for _ in range(WORKER_CHILDREN):
            tasks.ring()

    def bare(self, rows: int) -> None:
        """Insert the rows as final, so that our own queue leaves them alone, and send one task for each."""
        now = timezone.now()
        made = [self._row(status=Status.GRADED, finished_at=now) for _ in range(rows)]
        Submission.objects.bulk_create(made)
        self.started = time.perf_counter()
        for row in made:
            bare_grade.delay(row.pk)

    def _row(self, **values: Any) -> Submission:
        return Submission(
            enrolment=next(self.turn),
            exercise=self.exercise,
            revision_id=self.exercise.revision_id,
            attempt=next(self.attempts),
            answer=self.answer,
            answer_digest="",
            submitted_at=timezone.now(),
            **values,
        )

    def burst(self, send: Callable[[int], None], rows: int) -> float:
        """Return graded rows a second, from the first message to the last grade."""
        before = Grade.objects.count()
        send(rows)
        while Grade.objects.count() < before + rows:
            if time.perf_counter() - self.started > LIMIT_SECONDS:
                raise TimeoutError(f"{rows} rows were not graded within {LIMIT_SECONDS:g} s")
            time.sleep(0.005)
        return rows / (time.perf_counter() - self.started)

    def submit(self) -> None:
        submit_answer(
            enrolment=next(self.turn),
            exercise=self.exercise,
            answer=self.answer,
            idempotency_key=None,
            now=timezone.now(),
        )

    def open_loop(self) -> list[float]:
        """Submit at a fixed rate whatever happens; return the milliseconds from sent to graded of each."""
        newest = Submission.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        started = time.perf_counter()
        for number in range(PER_SECOND * OPEN_LOOP_SECONDS):
            time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
            self.submit()
        rows = Submission.objects.filter(pk__gt=newest)
        while rows.exclude(status=Status.GRADED).exists():
            time.sleep(0.05)
        return [(row.finished_at - row.submitted_at).total_seconds() * 1000 for row in rows]


def main(rows: int, rounds: int) -> None:
    bench = Bench()
    for send in (bench.bare, bench.ours):
        bench.burst(send, 20)
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(bench.burst(bench.bare, rows))
        ours.append(bench.burst(bench.ours, rows))
    waits = sorted(bench.open_loop())
    ratio = statistics.median(mine / peer for mine, peer in zip(ours, bare, strict=True))
    load = os.getloadavg()[0]
    print(f"database {connection.vendor}, load {load:.2f}, {rounds} rounds of {rows} rows in turn")
    print(f"  bare Celery + ORM  {describe(bare)}")
    print(f"  ours               {describe(ours)}")
    print(f"  ours / bare        {ratio:7.2f}  (target at least 2.00)")
    middle, late = statistics.median(waits), waits[int(len(waits) * 0.95)]
    print(f"  submit to graded at {PER_SECOND}/s: median {middle:.1f} ms, p95 {late:.1f} ms (target 150 ms)")


def describe(rates: list[float]) -> str:
    return f"{statistics.median(rates):7.1f} grades/s  (min {min(rates):.1f}, max {max(rates):.1f})"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
