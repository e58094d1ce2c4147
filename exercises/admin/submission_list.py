"""The list of submissions: filters that an index answers, and pages that do not count a million rows."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from annsite.accounts.models import User
from exercises.admin.courses import person
from exercises.grading.describe import listed_checks
from exercises.models import (
    Assignment,
    AttemptRefund,
    Exercise,
    Grade,
    GradeChange,
    ReviewRequest,
    Status,
    Submission,
)
from exercises.queries.listing import with_columns
from exercises.queries.scores import with_lateness
from exercises.queries.specs import spec_of
from lessons.access import instructs, taught_courses
from lessons.models import Enrolment, Section

MOST_COUNTED = 1_000
MOST_PEOPLE = 100
MOST_SEARCHED = 2_000
EXERCISE = "exercise__id__exact"
# Checks of one exercise; a report that lists more is not looked through to its end.
MOST_CHECKS = 20


def submissions_of(user: User) -> Any:
    """Return what the person may review, asked so that the newest are found soonest.

    Whoever runs a course sees most of what is there: each row is looked up as it comes by. An assistant sees
    little of it: their students are found first.
    """
    if user.is_superuser:
        return Submission.objects.all()
    visible = Enrolment.objects.for_staff(user)
    if instructs(user):
        return Submission.objects.filter(Exists(visible.filter(pk=OuterRef("enrolment"))))
    return Submission.objects.filter(enrolment__in=list(visible.values_list("pk", flat=True)))


class CappedPaginator(Paginator[Any]):
    """Count no further than MOST_COUNTED: whoever looks for more narrows the list."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MOST_COUNTED].count())


class SubmissionList(ChangeList):
    """Find the page by its row numbers alone, then read what the columns show for those rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown = list(self.result_list.values_list("pk", flat=True))
        rows = {row.pk: row for row in with_columns(Submission.objects.filter(pk__in=shown))}
        self.result_list = [rows[pk] for pk in shown if pk in rows]
        self.is_capped = self.result_count >= MOST_COUNTED


class CourseFilter(admin.SimpleListFilter):
    title = "course"
    parameter_name = "course"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(row.pk), str(row)) for row in taught_courses(person(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return _of_enrolments(queryset, self.value(), "course")


class SectionFilter(admin.SimpleListFilter):
    title = "section"
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        visible = Enrolment.objects.for_staff(person(request)).values("sections")
        return [
            (str(row.pk), str(row)) for row in Section.objects.filter(pk__in=visible).select_related("course")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return _of_enrolments(queryset, self.value(), "sections")


class SentFilter(admin.SimpleListFilter):
    title = "sent"
    parameter_name = "sent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Within a day"), ("7", "Within 7 days"), ("30", "Within 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in {"1", "7", "30"}:
            return queryset
        return queryset.filter(submitted_at__gte=timezone.now() - timedelta(days=int(value)))


class LateFilter(admin.SimpleListFilter):
    title = "late"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"yes", "no"}:
            return queryset
        due = Assignment.objects.filter(due_at__lt=timezone.now()).order_by().values("exercise").distinct()
        if self.value() == "yes":
            # Only what has a due date in some course can be late.
            queryset = queryset.filter(exercise__in=list(due.values_list("exercise", flat=True)))
        rows: QuerySet[Any] = with_lateness(queryset).filter(is_late=self.value() == "yes")
        return rows


class FlagFilter(admin.SimpleListFilter):
    """What people did about a grade; each is rare and found from its own table."""

    title = "flags"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("review", "Review asked for"),
            ("refunded", "Attempt refunded"),
            ("regraded", "Regraded"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        flagged: dict[str, QuerySet[Any]] = {
            "review": ReviewRequest.objects.filter(answered_at=None),
            "refunded": AttemptRefund.objects.all(),
            "regraded": Grade.objects.filter(regrade__isnull=False),
        }
        rows = flagged.get(self.value() or "")
        return queryset if rows is None else queryset.filter(pk__in=rows.order_by().values("submission"))


class OverriddenFilter(admin.SimpleListFilter):
    title = "overridden"
    parameter_name = "overridden"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(pk__in=GradeChange.objects.order_by().values("submission"))
        if self.value() == "no":
            return queryset.filter(~Exists(GradeChange.objects.filter(submission=OuterRef("pk"))))
        return queryset


class NotGraded(Func):
    """Say that a submission is not graded, in the words of the index that holds only such rows."""

    template = "NOT (%(expressions)s = 'graded')"
    output_field = BooleanField()


class StatusFilter(admin.ChoicesFieldListFilter):
    """Filter by state; what is not graded is rare, and found from an index of its own."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = request.GET.get("status__exact")
        if wanted and wanted != Status.GRADED:
            queryset = queryset.filter(NotGraded("status"))
        rows: Any = super().queryset(request, queryset)
        return queryset if rows is None else rows


class FailingCheckFilter(admin.SimpleListFilter):
    """Which check the newest grade did not pass; offered once an exercise is chosen.

    No index answers this, so only the newest MOST_SEARCHED of what the other filters leave are looked at.
    """

    title = "failing check"
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get(EXERCISE, "")
        rows = Exercise.objects.filter(pk=chosen if chosen.isdecimal() else 0)
        revision = rows.values_list("revision", flat=True).first()
        if revision is None:
            return []
        return [(check.name, check.name) for check in listed_checks(spec_of(revision))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.value()
        if not name or EXERCISE not in request.GET:
            return queryset
        failed = Q()
        for place in range(MOST_CHECKS):
            line = f"report__checks__{place}"
            failed |= Q(**{f"{line}__name": name, f"{line}__passed": False})
        newer = Grade.objects.filter(submission=OuterRef("submission"), run__gt=OuterRef("run"))
        newest = Grade.objects.filter(~Exists(newer), failed, submission=OuterRef("pk"))
        numbers = queryset.order_by("-pk").values_list("pk", flat=True)
        oldest = next(iter(numbers[MOST_SEARCHED : MOST_SEARCHED + 1]), 0)
        return queryset.filter(Exists(newest), pk__gt=oldest)


def find_by_words(queryset: QuerySet[Any], user: User, words: str) -> QuerySet[Any]:
    """Find a submission by its id, else those of the people in whose names every word occurs.

    Of words that many names have in common, the first MOST_PEOPLE count.
    """
    exact = queryset.filter(public_id=words.strip())
    if exact.exists():
        return exact
    people = Enrolment.objects.for_staff(user).order_by("pk")
    for word in words.split():
        people = people.filter(
            Q(user__username__icontains=word)
            | Q(user__first_name__icontains=word)
            | Q(user__last_name__icontains=word)
        )
    found = list(people.values_list("pk", flat=True)[:MOST_PEOPLE])
    return queryset.filter(enrolment__in=found)


def _of_enrolments(queryset: QuerySet[Any], value: str | None, lookup: str) -> QuerySet[Any]:
    """Keep the submissions of the enrolments whose course, or one of whose sections, is `value`."""
    if not value or not value.isdecimal():
        return queryset
    return queryset.filter(enrolment__in=Enrolment.objects.filter(**{lookup: value}).values("pk"))
