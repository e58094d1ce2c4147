"""Reviews that students asked for: a list of them, each answered on the page of its submission."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from exercises import access
from exercises.admin.courses import person
from exercises.models import ReviewRequest


class OpenFilter(admin.SimpleListFilter):
    """Show what waits for an answer, unless asked for more."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("answered", "Answered"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(answered_at__isnull=self.value() != "answered")


@admin.register(ReviewRequest)
class ReviewRequestAdmin(admin.ModelAdmin[ReviewRequest]):
    """Assistants see the requests of their sections, instructors those of their courses; oldest first."""

    list_display = ["asked", "exercise", "wish", "created_at", "answered_by", "answered_at"]
    list_select_related = ["submission__enrolment__user", "submission__exercise", "answered_by"]
    list_filter = [OpenFilter]
    search_fields = ["submission__public_id", "submission__enrolment__user__username"]
    ordering = ["pk"]
    show_facets = admin.ShowFacets.NEVER
    list_display_links = None
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewRequest]:
        visible = access.reviewable_submissions(person(request)).values("pk")
        return super().get_queryset(request).filter(submission__in=visible)

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

    @admin.display(description="Student")
    def asked(self, row: ReviewRequest) -> str:
        address = _address(row)
        return format_html('<a href="{}">{}</a>', address, row.submission.enrolment.user)

    @admin.display
    def exercise(self, row: ReviewRequest) -> str:
        return str(row.submission.exercise)

    @admin.display(description="Message")
    def wish(self, row: ReviewRequest) -> str:
        return Truncator(row.message).chars(80)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Go where the request is answered."""
        rows = self.get_queryset(request)
        return redirect(_address(get_object_or_404(rows, pk=object_id if object_id.isdecimal() else 0)))


def _address(row: ReviewRequest) -> str:
    return reverse("admin:exercises_submission_change", args=[row.submission_id]) + "#review"
