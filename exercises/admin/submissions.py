"""Submissions in the admin: find one, see it as the student does and behind it, decide about its grade."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from exercises.admin.courses import course_page, person, runs
from exercises.admin.exports import submissions_response
from exercises.admin.submission_list import (
    EXERCISE,
    CappedPaginator,
    CourseFilter,
    FailingCheckFilter,
    FlagFilter,
    LateFilter,
    OverriddenFilter,
    SectionFilter,
    SentFilter,
    StatusFilter,
    SubmissionList,
    find_by_words,
    submissions_of,
)
from exercises.errors import GradedWorkError, StudentMistake
from exercises.forms import OverrideForm
from exercises.models import ReviewRequest, Status, Submission
from exercises.queries.history import history_of
from exercises.queries.listing import with_columns
from exercises.queries.progress import progress_of
from exercises.queries.result import attempts_at, heading_of, result_of
from exercises.queries.reveal import WHOLE
from exercises.services.override import Effect, override_grade, preview_override, undo_override
from exercises.services.refund import refund_attempt
from exercises.services.review import LONGEST, answer_review

PAGE = "admin/exercises/submission/change_form.html"
LOOKUPS = {EXERCISE, "status__exact"}
DONE = {
    "undo": "The override is taken back.",
    "refund": "The attempt is given back.",
    "answer": "The request has its answer; the student sees it.",
}

REASONS = {"undo": "Why it is taken back", "refund": "Why it is given back"}


class ReasonForm(forms.Form):
    """A reason that the ledger keeps."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea({"rows": 3}))


class AnswerForm(forms.Form):
    """What was found in a review."""

    answer = forms.CharField(max_length=LONGEST, widget=forms.Textarea({"rows": 4}))


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
        "flags",
        "sent",
    ]
    # Sorting by anything else would read every row before it shows the first.
    sortable_by = ["sent"]
    empty_value_display = ""
    list_filter = [
        "exercise",
        ("status", StatusFilter),
        CourseFilter,
        SectionFilter,
        SentFilter,
        LateFilter,
        OverriddenFilter,
        FlagFilter,
        FailingCheckFilter,
    ]
    list_per_page = 100
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    search_fields = ["public_id", "enrolment__user__username"]
    search_help_text = "The id of a submission, or the name of a student"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        rows: QuerySet[Submission] = submissions_of(person(request))
        return rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SubmissionList]:
        return SubmissionList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the filters that the page offers, besides its own; others read every row, or overflow."""
        return "__" not in lookup or lookup in LOOKUPS

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        if not search_term.strip():
            return queryset, False
        return find_by_words(queryset, person(request), search_term), False

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

    @admin.display
    def student(self, row: Submission) -> str:
        return str(row.enrolment.user)

    @admin.display
    def grade(self, row: Any) -> str:
        return "" if row.score is None else f"{row.score:g} of {row.max_score:g}"

    @admin.display
    def late(self, row: Any) -> str:
        return "late" if row.is_late else ""

    @admin.display(ordering="submitted_at")
    def sent(self, row: Submission) -> str:
        is_this_year = row.submitted_at.year == timezone.now().year
        return date_format(row.submitted_at, "j M, H:i" if is_this_year else "j M Y")

    @admin.display
    def flags(self, row: Any) -> str:
        said = {"overridden": row.is_overridden, "refunded": row.is_refunded, "review": row.is_in_review}
        return ", ".join(word for word, is_so in said.items() if is_so)

    def get_urls(self) -> Any:
        site = self.admin_site.admin_view
        views = {
            "override": self.override_view,
            "undo": self.undo_view,
            "refund": self.refund_view,
            "answer": self.answer_view,
        }
        return [
            path("export/", site(require_safe(self.export_view)), name="exercises_submission_export"),
            *(
                path(
                    f"<path:object_id>/{name}/",
                    site(require_POST(view)),
                    name=f"exercises_submission_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Stream the list that the address describes, with the filters of the screen."""
        options = {"answers", "bom"}
        chosen = options & set(request.GET)
        query = request.GET.copy()
        for name in options:
            query.pop(name, None)
        request.GET = query  # type: ignore[assignment]
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            messages.error(request, "The export needs the filters of the list; some of these are unknown.")
            return redirect("admin:exercises_submission_changelist")
        return submissions_response(found, with_answers="answers" in chosen, mark="bom" in chosen)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._page(request, self._reviewable(request, object_id))

    def override_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Append an override to the ledger, or show what it would do, or what is wrong with it."""
        submission = self._reviewable(request, object_id)
        _refuse_who_may_not_decide(request, submission)
        form = OverrideForm(request.POST, points=submission.revision.points)
        if "preview" in request.POST:
            form.fields["reason"].required = False
        if not form.is_valid():
            return self._page(request, submission, {"override": form}, status=422)
        data, actor, now = form.cleaned_data, person(request), timezone.now()
        try:
            if "preview" in request.POST:
                effect = preview_override(submission=submission, actor=actor, score=data["score"], now=now)
                return self._page(request, submission, {"override": form}, effect=effect)
            change = override_grade(submission=submission, actor=actor, now=now, **data)
        except StudentMistake as error:
            form.add_error(None, error.message)
            return self._page(request, submission, {"override": form}, status=422)
        messages.success(request, f"The grade is now {change.new_score:g}.")
        return redirect(_address(submission))

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the newest override back by a further one."""
        submission = self._reviewable(request, object_id)
        _refuse_who_may_not_decide(request, submission)
        return self._decide(request, submission, ("undo", _reason_form), undo_override)

    def refund_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the attempt back."""
        submission = self._reviewable(request, object_id)
        return self._decide(request, submission, ("refund", _reason_form), refund_attempt)

    def answer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer the student's request for a review."""
        submission = self._reviewable(request, object_id)
        review = get_object_or_404(ReviewRequest, submission=submission)

        def answer(*, submission: Submission, **decision: Any) -> None:
            answer_review(request=review, **decision)

        return self._decide(request, submission, ("answer", _answer_form), answer)

    def _decide(
        self, request: HttpRequest, submission: Submission, form_of: tuple[str, Any], service: Any
    ) -> HttpResponse:
        """Ask a service for something that needs words, or show the form again with what is wrong."""
        name, make = form_of
        form = make(name, request.POST)
        if not form.is_valid():
            return self._page(request, submission, {name: form}, status=422)
        try:
            service(submission=submission, actor=person(request), now=timezone.now(), **form.cleaned_data)
        except GradedWorkError as error:
            form.add_error(None, error.message)
            return self._page(request, submission, {name: form}, status=422)
        messages.success(request, DONE[name])
        return redirect(_address(submission))

    def _reviewable(self, request: HttpRequest, object_id: str) -> Any:
        rows = with_columns(self.get_queryset(request)).defer(None)
        return get_object_or_404(rows, pk=object_id if object_id.isdecimal() else 0)

    def _page(
        self,
        request: HttpRequest,
        submission: Any,
        forms: dict[str, Any] | None = None,
        effect: Effect | None = None,
        status: int = 200,
    ) -> HttpResponse:
        attempts = attempts_at(submission)
        newest = submission.grades.order_by("-run").first()
        forms = forms or {}
        context = {
            "opts": self.opts,
            "original": submission,
            "submission": heading_of(submission, attempts),
            "submissions": attempts,
            "progress": progress_of(submission),
            "answer_json": json.dumps(submission.answer, indent=1),
            "report_json": json.dumps(newest.report, indent=1) if newest else "",
            "newest": newest,
            "history": history_of(submission),
            "may_decide": _may_decide(request, submission),
            "effect": effect,
            "override_form": forms.get("override") or OverrideForm(points=submission.revision.points),
            "undo_form": forms.get("undo") or _reason_form("undo"),
            "refund_form": forms.get("refund") or _reason_form("refund"),
            "may_refund": submission.status == Status.GRADED and not submission.is_refunded,
            "review": ReviewRequest.objects.filter(submission=submission)
            .select_related("answered_by")
            .first(),
            "answer_form": forms.get("answer") or _answer_form("answer"),
            **(result_of(submission, WHOLE) if submission.is_final() else {}),
        }
        title = f"Attempt {submission.attempt} of {submission.enrolment.user}: {submission.revision}"
        return course_page(request, PAGE, title, context, status)


def _reason_form(name: str, data: Any = None) -> ReasonForm:
    form = ReasonForm(data, auto_id=f"{name}_%s")
    form.fields["reason"].label = REASONS[name]
    return form


def _answer_form(name: str, data: Any = None) -> AnswerForm:
    return AnswerForm(data, auto_id=f"{name}_%s")


def _address(submission: Submission) -> str:
    return reverse("admin:exercises_submission_change", args=[submission.pk])


def _may_decide(request: HttpRequest, submission: Submission) -> bool:
    """Whether the person runs the course; assistants read only."""
    return runs(request, submission.enrolment.course)


def _refuse_who_may_not_decide(request: HttpRequest, submission: Submission) -> None:
    if not _may_decide(request, submission):
        raise PermissionDenied
