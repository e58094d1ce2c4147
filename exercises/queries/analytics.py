"""How a class does at an exercise, and who is stuck: aggregates made by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from exercises.models import Exercise, Grade, Status, Submission
from exercises.queries.scores import with_scores
from lessons.models import Enrolment

BINS = 10
COMMONEST = 10
NEWEST = 1_000
MOST_STUCK = 200
TRIES = 3
LONGEST_WORDS = 160
TINY = 1e-9

# One line per check of a report, in each database's own words.
CHECK_LINES = {
    "sqlite": {
        "lines": "json_each(g.report, '$.checks') AS line",
        "place": "line.key",
        "name": "json_extract(line.value, '$.name')",
        "hidden": "json_extract(line.value, '$.hidden')",
        "passed": "json_extract(line.value, '$.passed')",
    },
    "postgresql": {
        "lines": "jsonb_array_elements(g.report->'checks') WITH ORDINALITY AS line(value, place)",
        "place": "line.place",
        "name": "line.value->>'name'",
        "hidden": "(line.value->>'hidden')::boolean::int",
        "passed": "(line.value->>'passed')::boolean::int",
    },
}
CHECKS_SQL = """
    SELECT {name} AS name, MAX({hidden}), COUNT(*), SUM(1 - {passed}),
           COUNT(DISTINCT s.enrolment_id), COUNT(DISTINCT CASE WHEN {passed} = 1 THEN s.enrolment_id END)
    FROM exercises_grade g JOIN exercises_submission s ON s.id = g.submission_id, {lines}
    WHERE g.id IN ({newest})
    GROUP BY 1 ORDER BY MIN({place}), 1
"""


@dataclass(frozen=True)
class ClassResult:
    """A class at one exercise; times in seconds, of the newest NEWEST attempts."""

    students: int
    tried: int
    passed: int
    attempts: int
    ours: int
    median_attempts: float | None
    bars: list[dict[str, Any]]
    grade_p50: float | None
    grade_p95: float | None


@dataclass(frozen=True)
class CheckResult:
    """A check over the newest grades of a class."""

    name: str
    hidden: bool
    attempts: int
    failed: int
    students: int
    never_passed: int

    @property
    def per_cent(self) -> int:
        return round(100 * self.failed / self.attempts) if self.attempts else 0


@dataclass(frozen=True)
class WrongAnswer:
    """An answer below full points that was handed in more than once, with an example."""

    words: str
    count: int
    students: int
    score: float
    submission_pk: int
    public_id: str


@dataclass(frozen=True)
class StuckStudent:
    """Somebody who tries in vain at an exercise, or who has stopped."""

    enrolment: Enrolment
    exercise: Exercise | None
    tries: int
    best: float | None
    points: float | None
    last: datetime | None

    def reason(self) -> str:
        if self.exercise is None:
            return "has not handed in anything"
        if self.tries >= TRIES:
            return f"{self.tries} attempts without full points"
        return "has stopped with work unfinished"


def class_at(exercise: Exercise, students: Any) -> ClassResult:
    """Sum up a class at an exercise."""
    graded = with_scores(_attempts(exercise, students).filter(status=Status.GRADED))
    people = list(
        graded.order_by()
        .values("enrolment")
        .annotate(
            tries=Count("pk"),
            best=Max("score"),
            points=Max("max_score"),
            full_at=Min("attempt", filter=Q(score__gte=F("max_score") - TINY)),
        )
    )
    full = [row["full_at"] for row in people if row["full_at"] is not None]
    waits = _waits(exercise, students)
    return ClassResult(
        students=students.count(),
        tried=len(people),
        passed=len(full),
        attempts=sum(row["tries"] for row in people),
        ours=_attempts(exercise, students).filter(status=Status.FAILED).count(),
        median_attempts=median(full) if full else None,
        bars=_bins([row["best"] / row["points"] if row["points"] else 0.0 for row in people]),
        grade_p50=_percentile(waits, 0.5),
        grade_p95=_percentile(waits, 0.95),
    )


def checks_of(exercise: Exercise, students: Any) -> list[CheckResult]:
    """Count for each check the attempts that failed it, in the order of the report."""
    newer = Grade.objects.filter(submission=OuterRef("submission"), run__gt=OuterRef("run"))
    submissions = _attempts(exercise, students).values("pk")
    newest = Grade.objects.filter(~Exists(newer), submission__in=submissions).order_by().values("pk")
    sql, parameters = newest.query.sql_with_params()
    parts = CHECK_LINES[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(CHECKS_SQL.format(newest=sql, **parts), parameters)
        rows = cursor.fetchall()
    return [
        CheckResult(name, bool(hidden), attempts, failed, people, people - passed)
        for name, hidden, attempts, failed, people, passed in rows
    ]


def commonest_wrong_answers(exercise: Exercise, students: Any) -> list[WrongAnswer]:
    """Return the answers to which the grader gave less than full points, commonest first."""
    graded = with_scores(_attempts(exercise, students).filter(status=Status.GRADED))
    rows = list(
        graded.filter(graded_score__lt=F("max_score") - TINY)
        .order_by()
        .values("answer_digest")
        .annotate(
            count=Count("pk"),
            people=Count("enrolment", distinct=True),
            best=Max("graded_score"),
            example=Max("pk"),
        )
        .order_by("-count", "answer_digest")[:COMMONEST]
    )
    examples = Submission.objects.in_bulk([row["example"] for row in rows])
    return [
        WrongAnswer(
            words=in_words(examples[row["example"]].answer),
            count=row["count"],
            students=row["people"],
            score=row["best"],
            submission_pk=row["example"],
            public_id=examples[row["example"]].public_id,
        )
        for row in rows
    ]


def exercises_of(students: Any) -> list[dict[str, Any]]:
    """Return every published exercise with how many tried it and how many have full points."""
    mine = with_scores(Submission.objects.filter(enrolment__in=students.values("pk"), status=Status.GRADED))
    rows = (
        mine.order_by()
        .values("exercise")
        .annotate(
            attempts=Count("pk"),
            tried=Count("enrolment", distinct=True),
            passed=Count("enrolment", distinct=True, filter=Q(score__gte=F("max_score") - TINY)),
        )
    )
    found = {row["exercise"]: row for row in rows}
    nothing = {"attempts": 0, "tried": 0, "passed": 0}
    exercises = Exercise.objects.published().select_related("revision", "lesson")
    return [
        nothing | found.get(row.pk, {}) | {"exercise": row, "label": f"{row.lesson.number}.{row.position}"}
        for row in exercises.defer("revision__spec", "revision__pages")
    ]


def stuck_students(students: Any, *, days: int, now: datetime) -> list[StuckStudent]:
    """Return who is stuck, most tries first, then whoever has been away longest; at most MOST_STUCK of each.

    Stuck is who has TRIES attempts at an exercise without full points, who has unfinished work and has
    handed in nothing for `days` days, and who has handed in nothing at all.
    """
    sent = Submission.objects.filter(enrolment__in=students.values("pk"), exercise__retired_at=None)
    away = sent.order_by().values("enrolment").annotate(last=Max("submitted_at"))
    away = away.filter(last__lt=now - timedelta(days=days)).values("enrolment")
    rows = (
        with_scores(sent.exclude(status=Status.CANCELLED))
        .order_by()
        .values("enrolment", "exercise")
        .annotate(
            tries=Count("pk", filter=Q(status=Status.GRADED)),
            best=Max("score"),
            points=Max("max_score"),
            last=Max("submitted_at"),
        )
        .filter(Q(best=None) | Q(best__lt=F("points") - TINY))
        .filter(Q(tries__gte=TRIES) | Q(enrolment__in=away))
        .order_by("-tries", "last", "enrolment")[:MOST_STUCK]
    )
    found = list(rows)
    people = students.select_related("user").in_bulk([row["enrolment"] for row in found])
    exercises = Exercise.objects.select_related("revision").in_bulk([row["exercise"] for row in found])
    silent = students.filter(~Exists(Submission.objects.filter(enrolment=OuterRef("pk"))))
    return [
        *(
            StuckStudent(
                people[row["enrolment"]],
                exercises[row["exercise"]],
                row["tries"],
                row["best"],
                row["points"],
                row["last"],
            )
            for row in found
        ),
        *(
            StuckStudent(row, None, 0, None, None, None)
            for row in silent.select_related("user").order_by("pk")[:MOST_STUCK]
        ),
    ]


def in_words(answer: Any) -> str:
    """Write an answer shortly: names with their numbers, the rows of a matrix parted by slashes."""
    if isinstance(answer, dict) and len(answer) == 1:
        answer = next(iter(answer.values()))
    words = _words(answer)
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}…"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        # A database may keep keys in an order of its own; a layer's weights stand before its biases.
        in_order = sorted(value, key=lambda key: (key.split(".")[0], key.endswith("bias"), key))
        return "; ".join(f"{key}: {_words(value[key])}" for key in in_order)
    if isinstance(value, list):
        between = " / " if any(isinstance(inner, list) for inner in value) else ", "
        return between.join(_words(inner) for inner in value) or "nothing"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _attempts(exercise: Exercise, students: Any) -> Any:
    return Submission.objects.filter(exercise=exercise, enrolment__in=students.values("pk"))


def _waits(exercise: Exercise, students: Any) -> list[float]:
    """Return the seconds from sending to grade of the newest attempts, shortest first."""
    graded = _attempts(exercise, students).filter(status=Status.GRADED).order_by("-pk")
    times = graded.values_list("submitted_at", "finished_at")[:NEWEST]
    return sorted(max(0.0, (end - start).total_seconds()) for start, end in times)


def _percentile(ordered: Sequence[float], part: float) -> float | None:
    """Return the smallest value that at least `part` of all do not exceed."""
    if not ordered:
        return None
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def _bins(parts: Sequence[float]) -> list[dict[str, Any]]:
    """Count best grades, given as parts of the points, in bins of ten per cent; full points apart."""
    counts = [0] * (BINS + 1)
    for part in parts:
        counts[BINS if part >= 1 - TINY else int(part * BINS)] += 1
    labels = [f"{10 * low} to {10 * low + 10} %" for low in range(BINS)]
    return [
        {"label": label, "count": count}
        for label, count in zip([*labels, "full points"], counts, strict=True)
    ]
