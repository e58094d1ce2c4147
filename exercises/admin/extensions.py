"""Extensions in the admin: granted to a student, a section or a label, and revoked; never edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from exercises.admin.courses import person
from exercises.errors import StudentMistake
from exercises.models import Exercise, Extension
from exercises.queries.dates import write_grant
from exercises.services.extend import Grant, check_grant, grant_extension, revoke_extension
from lessons.access import instructed_courses
from lessons.admin import CourseScopedAdmin
from lessons.models import Course, Enrolment, Label, Role, Section


class ExtensionForm(forms.ModelForm[Extension]):
    """Whom, what and why. A student is named, not picked from a list."""

    username = forms.CharField(
        max_length=150, required=False, label="Student", help_text="The name this student signs in with, or"
    )
    days = forms.IntegerField(
        min_value=0, max_value=366, initial=0, help_text="Added to due and closing date"
    )
    hours = forms.IntegerField(min_value=0, max_value=23, initial=0)
    minutes = forms.IntegerField(min_value=0, max_value=59, initial=0)

    class Meta:
        model = Extension
        fields = ["course", "exercise", "section", "label", "extra_attempts", "reason"]
        help_texts = {
            "section": "everybody in a section, or",
            "label": "everybody with a label",
            "reason": "The student reads it.",
        }
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        chosen = [row for row in (self._student(), data["section"], data["label"]) if row is not None]
        if self.errors:
            return data
        if len(chosen) != 1:
            raise ValidationError("Name one student, one section, or one label: exactly one of them.")
        data["grant"] = Grant(
            course=data["course"],
            exercise=data["exercise"],
            whom=chosen[0],
            extra_minutes=(data["days"] * 24 + data["hours"]) * 60 + data["minutes"],
            extra_attempts=data["extra_attempts"],
            reason=data["reason"],
        )
        try:
            check_grant(data["grant"])
        except StudentMistake as error:
            raise ValidationError(error.message) from error
        return data

    def _student(self) -> Enrolment | None:
        name, course = self.cleaned_data["username"], self.cleaned_data["course"]
        if not name:
            return None
        rows = Enrolment.objects.filter(course=course, user__username=name, role=Role.STUDENT)
        found: Enrolment | None = rows.first()
        if found is None:
            self.add_error("username", f"{name!r} is no student of {course}.")
        return found

    def _post_clean(self) -> None:
        """The service makes the row; the form alone cannot, because it holds no enrolment."""


@admin.register(Extension)
class ExtensionAdmin(CourseScopedAdmin):
    """The record of who granted what, and why, stays after an extension is revoked."""

    form = ExtensionForm
    list_display = ["whom", "course_slug", "which", "granted", "reason", "actor", "created_at", "state"]
    list_select_related = [
        "course",
        "exercise",
        "enrolment__user",
        "enrolment__course",
        "section__course",
        "label__course",
        "actor",
        "revoked_by",
    ]
    list_filter = [
        ("course", admin.RelatedOnlyFieldListFilter),
        ("exercise", admin.RelatedOnlyFieldListFilter),
        ("section", admin.RelatedOnlyFieldListFilter),
        ("label", admin.RelatedOnlyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["enrolment__user__username", "reason"]
    actions = ["revoke"]
    new_fields = [
        "course",
        "exercise",
        "username",
        "section",
        "label",
        "days",
        "hours",
        "minutes",
        "extra_attempts",
        "reason",
    ]
    shown_fields = ["course", "whom", "which", "granted", "reason", "actor", "created_at", "state"]

    def get_fields(self, request: HttpRequest, obj: Extension | None = None) -> Any:
        return self.shown_fields if obj else self.new_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Extension | None = None) -> list[str]:
        return self.shown_fields if obj else []

    @admin.display(description="For")
    def whom(self, extension: Extension) -> str:
        if extension.enrolment:
            return str(extension.enrolment.user)
        if extension.section:
            return f"Section {extension.section.name}"
        return f"Label {extension.label.name}" if extension.label else ""

    @admin.display(description="Course", ordering="course")
    def course_slug(self, extension: Extension) -> str:
        return extension.course.slug

    @admin.display(description="Exercise", ordering="exercise")
    def which(self, extension: Extension) -> str:
        return extension.exercise.slug if extension.exercise else "every exercise"

    @admin.display(description="Granted")
    def granted(self, extension: Extension) -> str:
        return write_grant(extension)

    @admin.display(description="Revoked", ordering="revoked_at")
    def state(self, extension: Extension) -> str:
        if extension.revoked_at is None:
            return "–"
        return f"{extension.revoked_at:%Y-%m-%d %H:%M} UTC by {extension.revoked_by}"

    @admin.action(description="Revoke the chosen extensions", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        now, ended, before = timezone.now(), 0, 0
        for extension in queryset.select_related("course"):
            if revoke_extension(extension=extension, actor=person(request), now=now):
                ended += 1
            else:
                before += 1
        skipped = f"; {before} had been revoked before" if before else ""
        messages.success(request, f"{ended} revoked{skipped}. Credit and attempts count without them now.")

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        made = grant_extension(grant=form.cleaned_data["grant"], actor=person(request), now=timezone.now())
        for column in Extension._meta.concrete_fields:
            setattr(obj, column.attname, getattr(made, column.attname))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the course where there is but one to choose."""
        courses = list(instructed_courses(request.user)[:2])
        only: dict[str, Course] = {"course": courses[0]} if len(courses) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        courses = instructed_courses(request.user)
        if db_field.name in ("section", "label"):
            model = Section if db_field.name == "section" else Label
            kwargs["queryset"] = model.objects.filter(course__in=courses).select_related("course")
        if db_field.name == "exercise":
            kwargs |= {"queryset": Exercise.objects.filter(retired_at=None), "empty_label": "Every exercise"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
