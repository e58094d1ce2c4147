"""When an exercise opens, is due and closes for one person, and what a late answer is worth.

Everything is computed when asked, from the rules and extensions as they are now: an extension granted later
changes what was sent before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from exercises.models import (
    Assignment,
    Exercise,
    Extension,
    FeedbackRule,
    GradePolicy,
    SolutionRule,
)
from lessons.models import Enrolment, Role

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Delivery:
    """The rules of one exercise for one person; times in the course's time zone.

    Times are compared in UTC, because Python compares two of the same zone by the clock on the wall.
    `attempts` 0 means as many as one likes. `late_credit` holds pairs of hours after the due date and per
    cent.
    """

    attempts: int = 0
    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    late_credit: tuple[tuple[float, float], ...] = ()
    cooldown: timedelta = timedelta()
    policy: GradePolicy = GradePolicy.BEST
    feedback: FeedbackRule = FeedbackRule.NOW
    solution: SolutionRule = SolutionRule.AFTER_PASSING
    is_paused: bool = False
    zone: str = "UTC"
    extensions: tuple[Extension, ...] = field(default=(), compare=False)

    def is_late(self, sent: datetime) -> bool:
        """Whether an answer sent then came after the due date."""
        return self.due_at is not None and sent.astimezone(UTC) > self.due_at

    def credit_at(self, sent: datetime) -> float:
        """Return how many per cent of its points an answer sent then keeps."""
        if self.due_at is None or not self.is_late(sent) or not self.late_credit:
            return 100.0
        hours = (sent.astimezone(UTC) - self.due_at) / HOUR
        return next((per_cent for limit, per_cent in self.late_credit if hours <= limit), 0.0)

    def credit_until(self, now: datetime) -> datetime | None:
        """Return until when the credit of this moment holds; None when it changes no more."""
        if self.due_at is None:
            return None
        if now <= self.due_at:
            return self.due_at
        due, zone = self.due_at.astimezone(UTC), self.due_at.tzinfo
        ends = [due + limit * HOUR for limit, _ in self.late_credit]
        return next((end.astimezone(zone) for end in ends if now <= end), None)

    def is_over(self, now: datetime) -> bool:
        """Whether the deadline has passed: the due date, or without one the closing date."""
        deadline = self.due_at or self.closes_at
        return deadline is not None and now > deadline


def delivery_of(enrolment: Enrolment | None, exercise: Exercise) -> Delivery:
    """Return the rules of one exercise for one person."""
    return deliveries(enrolment, [exercise])[exercise.pk]


def deliveries(enrolment: Enrolment | None, exercises: Sequence[Exercise]) -> dict[int, Delivery]:
    """Return the rules of each exercise by its row number, with at most three queries for all."""
    plain = {row.pk: Delivery(attempts=_attempts(row)) for row in exercises}
    if enrolment is None:
        return plain
    pks = list(plain)
    zone = enrolment.course.time_zone
    found = {pk: replace(delivery, zone=zone) for pk, delivery in plain.items()}
    for rule in Assignment.objects.filter(course=enrolment.course_id, exercise__in=pks):
        found[rule.exercise_id] = _with_rule(found[rule.exercise_id], rule)
    for extension in _extensions(enrolment, pks):
        for pk in [extension.exercise_id] if extension.exercise_id else pks:
            found[pk] = replace(found[pk], extensions=(*found[pk].extensions, extension))
    is_free = enrolment.role != Role.STUDENT
    return {pk: _extended(delivery, is_free, ZoneInfo(zone)) for pk, delivery in found.items()}


def deliveries_of(
    enrolments: Sequence[Enrolment], exercises: Sequence[Exercise]
) -> dict[int, dict[int, Delivery]]:
    """Return by enrolment what `deliveries` says of each person of one course, with four queries for all."""
    if not enrolments:
        return {}
    course = enrolments[0].course
    zone = ZoneInfo(course.time_zone)
    plain = {row.pk: Delivery(attempts=_attempts(row), zone=course.time_zone) for row in exercises}
    for rule in Assignment.objects.filter(course=course, exercise__in=list(plain)):
        plain[rule.exercise_id] = _with_rule(plain[rule.exercise_id], rule)
    granted = _granted(course.pk, [row.pk for row in enrolments])
    return {
        row.pk: {
            pk: _extended(
                replace(
                    delivery,
                    extensions=tuple(
                        extension
                        for extension in granted.get(row.pk, ())
                        if extension.exercise_id in {None, pk}
                    ),
                ),
                row.role != Role.STUDENT,
                zone,
            )
            for pk, delivery in plain.items()
        }
        for row in enrolments
    }


def write_time(moment: datetime) -> str:
    """Write a time with its zone, such as 27 November 2026, 18:00 CET."""
    return f"{moment:%-d %B %Y, %H:%M} {moment.tzname()}"


def read_credit(steps: Iterable[dict[str, float]]) -> tuple[tuple[float, float], ...]:
    """Return the stored timeline as pairs of hours and per cent."""
    return tuple((float(step["hours"]), float(step["percent"])) for step in steps)


def _with_rule(delivery: Delivery, rule: Assignment) -> Delivery:
    return replace(
        delivery,
        attempts=delivery.attempts if rule.attempts is None else rule.attempts,
        opens_at=rule.opens_at,
        due_at=rule.due_at,
        closes_at=rule.closes_at,
        late_credit=read_credit(rule.late_credit),
        cooldown=timedelta(seconds=rule.cooldown_seconds),
        policy=GradePolicy(rule.grade_policy),
        feedback=FeedbackRule(rule.feedback),
        solution=SolutionRule(rule.solution),
        is_paused=rule.is_paused,
    )


def _extensions(enrolment: Enrolment, exercise_pks: list[int]) -> list[Extension]:
    """Return what was granted to the person, to a section or to a label of theirs, and not taken back."""
    in_force = Extension.objects.filter(course=enrolment.course_id, revoked_at=None)
    if not in_force.exists():
        return []
    whom = (
        Q(enrolment=enrolment.pk)
        | Q(section__in=enrolment.sections.values("pk"))
        | Q(label__in=enrolment.labels.values("pk"))
    )
    rows = in_force.filter(whom).filter(Q(exercise=None) | Q(exercise__in=exercise_pks))
    return list(rows.select_related("actor").order_by("pk"))


def _granted(course_pk: int, enrolment_pks: list[int]) -> dict[int, list[Extension]]:
    """Return the extensions in force by the enrolment that they reach, alone or with a section or label."""
    reached = []
    for key, through in (("section_id", Enrolment.sections.through), ("label_id", Enrolment.labels.through)):
        members = through.objects.filter(enrolment__in=enrolment_pks)
        reached += [(key, group, pk) for pk, group in members.values_list("enrolment_id", key)]
    reached += [("enrolment_id", pk, pk) for pk in enrolment_pks]
    people: dict[tuple[str, int], list[int]] = defaultdict(list)
    for key, group, pk in reached:
        people[key, group].append(pk)
    found: dict[int, list[Extension]] = defaultdict(list)
    for row in Extension.objects.filter(course=course_pk, revoked_at=None).order_by("pk"):
        for key in ("enrolment_id", "section_id", "label_id"):
            for pk in people.get((key, getattr(row, key)), []):
                found[pk].append(row)
    return found


def _extended(delivery: Delivery, is_free: bool, zone: ZoneInfo) -> Delivery:
    """Add the most generous extension, and write times as the course does."""
    minutes = max((row.extra_minutes for row in delivery.extensions), default=0)
    attempts = max((row.extra_attempts for row in delivery.extensions), default=0)
    limited = delivery.attempts + attempts if delivery.attempts else 0
    return replace(
        delivery,
        attempts=0 if is_free else limited,
        opens_at=_local(delivery.opens_at, 0, zone),
        due_at=_local(delivery.due_at, minutes, zone),
        closes_at=_local(delivery.closes_at, minutes, zone),
    )


def _local(moment: datetime | None, extra_minutes: int, zone: ZoneInfo) -> datetime | None:
    return (moment + timedelta(minutes=extra_minutes)).astimezone(zone) if moment else None


def _attempts(exercise: Exercise) -> int:
    return exercise.revision.attempts if exercise.revision else 0
