"""Submissions in the admin: find one, see it as the student does and behind it, override its grade."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from annsite.accounts.models import User
from exercises import access
from exercises.errors import StudentMistake
from exercises.forms import OverrideForm
from exercises.models import GradeChange, Submission
from exercises.queries.progress import progress_of
from exercises.queries.result import attempts_at, heading_of, result_of
from exercises.queries.scores import with_lateness, with_scores
from exercises.services.override import override_grade
from lessons.admin import instructed_courses
from lessons.models import Enrolment, Section


class SectionFilter(admin.SimpleListFilter):
    title = "section"
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        visible = Enrolment.objects.for_staff(_person(request)).values("sections")
        return [
            (str(row.pk), str(row)) for row in Section.objects.filter(pk__in=visible).select_related("course")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(enrolment__sections=value) if value and value.isdigit() else queryset


class YesNoFilter(admin.SimpleListFilter):
    """Filter by an annotation that is true or false."""

    annotation: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(**{self.annotation: self.value() == "yes"})
        return queryset


class LateFilter(YesNoFilter):
    title = "late"
    parameter_name = "late"
    annotation = "is_late"


class OverriddenFilter(YesNoFilter):
    title = "overridden"
    parameter_name = "overridden"
    annotation = "is_overridden"


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin[Submission]):
    list_display = [
        "public_id",
        "student",
        "exercise",
        "attempt",
        "status",
        "grade",
        "late",
        "overridden",
        "submitted_at",
    ]
    list_select_related = ["enrolment__user", "exercise", "revision"]
    list_filter = ["exercise", "status", SectionFilter, LateFilter, OverriddenFilter]
    list_per_page = 100
    search_fields = [
        "public_id",
        "enrolment__user__username",
        "enrolment__user__first_name",
        "enrolment__user__last_name",
    ]
    date_hierarchy = "submitted_at"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        rows = with_lateness(with_scores(access.reviewable_submissions(_person(request))))
        changes = GradeChange.objects.filter(submission=OuterRef("pk"))
        found: QuerySet[Submission] = rows.annotate(is_overridden=Exists(changes))
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.has_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(ordering="enrolment__user__username")
    def student(self, row: Submission) -> str:
        return str(row.enrolment.user)

    @admin.display(ordering="score")
    def grade(self, row: Any) -> str:
        return "" if row.score is None else f"{row.score:g} of {row.max_score:g}"

    @admin.display
    def late(self, row: Any) -> str:
        return "late" if row.is_late else ""

    @admin.display
    def overridden(self, row: Any) -> str:
        return "overridden" if row.is_overridden else ""

    def get_urls(self) -> Any:
        override = self.admin_site.admin_view(require_POST(self.override_view))
        return [
            path("<path:object_id>/override/", override, name="exercises_submission_override"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._page(request, self._reviewable(request, object_id))

    def override_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Append an override to the ledger, or show the form again with what is wrong."""
        submission = self._reviewable(request, object_id)
        if not _may_override(request, submission):
            raise PermissionDenied
        form = OverrideForm(request.POST, points=submission.revision.points)
        if not form.is_valid():
            return self._page(request, submission, form, status=422)
        try:
            change = override_grade(
                submission=submission,
                actor=_person(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except StudentMistake as error:
            form.add_error(None, error.message)
            return self._page(request, submission, form, status=422)
        messages.success(request, f"The grade is now {change.new_score:g}.")
        return redirect(reverse("admin:exercises_submission_change", args=[submission.pk]))

    def _reviewable(self, request: HttpRequest, object_id: str) -> Submission:
        rows = self.get_queryset(request).select_related(
            "revision", "exercise", "enrolment__course", "enrolment__user"
        )
        return get_object_or_404(rows, pk=object_id if object_id.isdigit() else 0)

    def _page(
        self,
        request: HttpRequest,
        submission: Submission,
        form: OverrideForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        attempts = attempts_at(submission)
        newest = submission.grades.order_by("-run").first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Attempt {submission.attempt} of {submission.enrolment.user}: {submission.revision}",
            "original": submission,
            "submission": heading_of(submission, attempts),
            "submissions": attempts,
            "progress": progress_of(submission),
            "answer_json": json.dumps(submission.answer, indent=1),
            "report_json": json.dumps(newest.report, indent=1) if newest else "",
            "history": _history(submission),
            "may_override": _may_override(request, submission),
            "override_form": form or OverrideForm(points=submission.revision.points),
            **(result_of(submission) if submission.is_final() else {}),
        }
        return TemplateResponse(
            request, "admin/exercises/submission/change_form.html", context, status=status
        )


def _person(request: HttpRequest) -> User:
    """Return who is signed in; the admin lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _may_override(request: HttpRequest, submission: Submission) -> bool:
    return bool(instructed_courses(request.user).filter(pk=submission.enrolment.course_id).exists())


def _history(submission: Submission) -> list[dict[str, Any]]:
    """Everything the ledger says of a submission, oldest first."""
    graded = [
        {"when": row.created_at, "who": "grader", "what": f"graded {row}", "why": f"run {row.run}"}
        for row in submission.grades.all()
    ]
    changed = [
        {"when": row.created_at, "who": str(row.actor), "what": str(row), "why": row.reason}
        for row in submission.changes.select_related("actor")
    ]
    return sorted(graded + changed, key=lambda row: row["when"])
