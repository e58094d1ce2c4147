"""Regrades in the admin: scope, dry run, who rises and who falls, apply, undo."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exercises.admin.bars import with_widths
from exercises.admin.courses import course_page, person
from exercises.admin.regrade_form import OUTCOMES, RegradeForm
from exercises.errors import GradedWorkError
from exercises.models import Regrade, RegradeState
from exercises.queries.regrades import (
    ANY,
    CHANGES,
    Scope,
    compared_items,
    count_changes,
    count_covered,
    histogram_of_changes,
    progress_of_regrade,
)
from exercises.services.regrade import apply_regrade, cancel_regrade, start_regrade, undo_regrade
from lessons.admin import CourseScopedAdmin
from lessons.models import Enrolment, Section

PAGE = "admin/exercises/regrade/regrade.html"
SCOPE_PAGE = "admin/exercises/regrade/scope.html"
ROWS_PER_PAGE = 100
POLL_SECONDS = "2"
GOING_ON = {
    RegradeState.RUNNING: "Dry run: {done} of {total} graded.",
    RegradeState.APPLYING: "Applying: {done} of {total} written.",
    RegradeState.UNDOING: "Undoing: {done} of {total} restored.",
}
ENDED = {
    RegradeState.READY: "The dry run is done. No grade has changed yet.",
    RegradeState.APPLIED: "Applied.",
    RegradeState.UNDONE: "Undone.",
    RegradeState.CANCELLED: "Cancelled. No grade was changed.",
}


@admin.register(Regrade)
class RegradeAdmin(CourseScopedAdmin):
    """Only those who run a course see its regrades."""

    list_display = ["number", "exercise", "course", "state", "actor", "created_at", "applied_at", "undone_at"]
    list_select_related = ["exercise", "course", "actor"]
    list_filter = ["state"]
    search_fields = ["exercise__slug", "reason"]
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Regrade", ordering="pk")
    def number(self, regrade: Regrade) -> str:
        return f"Regrade {regrade.pk}"

    def get_urls(self) -> Any:
        site = self.admin_site.admin_view
        return [
            path("<int:pk>/status/", site(require_GET(self.status_view)), name="exercises_regrade_status"),
            path("<int:pk>/apply/", site(require_POST(self.apply_view)), name="exercises_regrade_apply"),
            path("<int:pk>/undo/", site(require_POST(self.undo_view)), name="exercises_regrade_undo"),
            path("<int:pk>/cancel/", site(require_POST(self.cancel_view)), name="exercises_regrade_cancel"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the scope, show what it covers, and start only then."""
        self._refuse_others(request)
        if request.method != "POST":
            form = RegradeForm(user=person(request), initial=request.GET.dict())
            return self._scope_page(request, form)
        form = RegradeForm(request.POST, user=person(request))
        if not form.is_valid():
            return self._scope_page(request, form, status=422)
        if "start" not in request.POST:
            return self._scope_page(request, form, covered=count_covered(form.order()))
        try:
            regrade = start_regrade(order=form.order(), actor=person(request), now=timezone.now())
        except GradedWorkError as error:
            form.add_error(None, error.message)
            return self._scope_page(request, form, status=422)
        return redirect(_address(regrade))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        regrade = self._regrade(request, int(object_id) if object_id.isdecimal() else 0)
        chosen = request.GET.get("show", "")
        items = compared_items(regrade).order_by("pk")
        if chosen in CHANGES:
            items = items.filter(CHANGES[chosen][1])
        page = Paginator(items, ROWS_PER_PAGE).get_page(request.GET.get("p"))
        counts = count_changes(regrade)
        context = {
            **_status(regrade),
            "opts": self.opts,
            "scope": _scope_in_words(regrade),
            "bars": with_widths(histogram_of_changes(regrade, regrade.revision.points)),
            "filters": [
                {"name": name, "label": label, "count": counts[name], "is_chosen": name == chosen}
                for name, (label, _) in CHANGES.items()
            ],
            "chosen": chosen if chosen in CHANGES else "",
            "page": page,
        }
        title = f"Regrade {regrade.pk}: {regrade.revision.title}"
        return course_page(request, PAGE, title, context)

    def status_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return how far the regrade is, as the part of the page that is asked for again and again."""
        context = _status(self._regrade(request, pk))
        response = HttpResponse(
            render_to_string("admin/exercises/regrade/_status.html", context, request=request)
        )
        response["X-Poll-After"] = POLL_SECONDS
        if not context["is_going_on"]:
            response["X-Done"] = "1"
        return response

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, apply_regrade)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._do(request, pk, undo_regrade)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        regrade = self._regrade(request, pk)
        try:
            cancel_regrade(regrade=regrade)
        except GradedWorkError as error:
            messages.error(request, error.message)
        return redirect(_address(regrade))

    def _do(self, request: HttpRequest, pk: int, service: Any) -> HttpResponse:
        regrade = self._regrade(request, pk)
        try:
            service(regrade=regrade, actor=person(request), now=timezone.now())
        except GradedWorkError as error:
            messages.error(request, error.message)
        return redirect(_address(regrade))

    def _regrade(self, request: HttpRequest, pk: int) -> Regrade:
        self._refuse_others(request)
        rows: QuerySet[Regrade] = self.get_queryset(request).select_related(
            "course", "exercise", "revision", "actor", "applied_by", "undone_by"
        )
        return get_object_or_404(rows, pk=pk)

    def _refuse_others(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _scope_page(
        self, request: HttpRequest, form: RegradeForm, covered: Any = None, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "covered": covered, "opts": self.opts}
        return course_page(request, SCOPE_PAGE, "Grade again", context, status)


def _address(regrade: Regrade) -> str:
    return reverse("admin:exercises_regrade_change", args=[regrade.pk])


def _status(regrade: Regrade) -> dict[str, Any]:
    """What the status part of the page shows, at first and when it is asked for again."""
    progress = progress_of_regrade(regrade)
    state = RegradeState(regrade.state)
    going_on = GOING_ON.get(state, "").format(done=progress.done, total=progress.total)
    return {
        "regrade": regrade,
        "progress": progress,
        "is_going_on": bool(going_on),
        "sentence": going_on or ENDED[state],
        "may_apply": state == RegradeState.READY,
        "may_cancel": state in {RegradeState.RUNNING, RegradeState.READY},
        "may_undo": state == RegradeState.APPLIED,
    }


def _scope_in_words(regrade: Regrade) -> list[str]:
    """Say which answers are covered, part by part."""
    scope = Scope.from_json(regrade.scope)
    words = [f"Course {regrade.course}"]
    if scope.section:
        words.append(f"section {Section.objects.filter(pk=scope.section).first() or 'that is gone'}")
    if scope.enrolment:
        who = Enrolment.objects.select_related("user").get(pk=scope.enrolment)
        words.append(f"only {who.user} ({who.user.username})")
    if scope.since:
        words.append(f"sent since {scope.since:%-d %b %Y, %H:%M}")
    if scope.until:
        words.append(f"sent until {scope.until:%-d %b %Y, %H:%M}")
    if scope.outcome != ANY:
        words.append(dict(OUTCOMES)[scope.outcome].lower())
    if scope.latest_revision_only:
        words.append("only answers to the revision that was current then")
    return words
