"""How a course delivers an exercise: dates in the course's time zone, and extensions."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from exercises.admin.courses import person
from exercises.models import Assignment, Exercise, Extension
from exercises.queries.delivery import read_credit
from exercises.services.extend import Grant, grant_extension, revoke_extension
from lessons.access import instructed_courses
from lessons.admin import CourseScopedAdmin
from lessons.models import Enrolment, Label, Role, Section

STEP = re.compile(r"(\d+(?:\.\d+)?)\s*h\s+(\d+(?:\.\d+)?)\s*%")
MOST_STEPS = 10
MOST_HOURS = 24 * 366
LOCAL = "%Y-%m-%dT%H:%M"


class CreditField(forms.CharField):
    """A timeline typed as text: up to so many hours late, so many per cent."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return ", ".join(f"{hours:g} h {per_cent:g} %" for hours, per_cent in read_credit(value or []))

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "").strip()
        steps = []
        for part in filter(None, re.split(r"\s*[,;]\s*", text)):
            found = STEP.fullmatch(part)
            if found is None:
                raise ValidationError(f"“{part[:40]}” is not understood. Write it like: 24 h 80 %, 72 h 50 %")
            steps.append({"hours": float(found[1]), "percent": float(found[2])})
        _check_steps(steps)
        return steps

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != self.prepare_value(data))


def _check_steps(steps: list[dict[str, float]]) -> None:
    """Refuse a timeline that makes no sense."""
    hours = [step["hours"] for step in steps]
    shares = [step["percent"] for step in steps]
    if len(steps) > MOST_STEPS or any(not 0 < hour <= MOST_HOURS for hour in hours):
        raise ValidationError(f"At most {MOST_STEPS} steps, each of 0 to {MOST_HOURS} hours.")
    if hours != sorted(set(hours)):
        raise ValidationError("The hours must grow from step to step.")
    if any(credit > 100 for credit in shares) or shares != sorted(shares, reverse=True):
        raise ValidationError("Credit is at most 100 % and must not grow from step to step.")


class AssignmentForm(forms.ModelForm[Assignment]):
    """Dates are typed and shown in the course's time zone."""

    late_credit = CreditField(
        required=False,
        help_text="Such as 24 h 80 %, 72 h 50 %: up to a day late 80 %, up to three days 50 %, then nothing. "
        "Empty: late answers count in full.",
    )

    class Meta:
        model = Assignment
        fields = [
            "course",
            "exercise",
            "opens_at",
            "due_at",
            "closes_at",
            "late_credit",
            "attempts",
            "cooldown_seconds",
            "grade_policy",
            "feedback",
            "solution",
            "is_paused",
        ]
        help_texts = dict.fromkeys(("opens_at", "due_at", "closes_at"), "In the course's time zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens_at", "due_at", "closes_at"):
            moment = getattr(self.instance, name)
            if moment and self.instance.course_id:
                zone = ZoneInfo(self.instance.course.time_zone)
                self.initial[name] = moment.astimezone(zone).replace(tzinfo=None).strftime(LOCAL)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course = data.get("course")
        if course is None:
            return data
        zone = ZoneInfo(course.time_zone)
        for name in ("opens_at", "due_at", "closes_at"):
            if data.get(name):
                data[name] = timezone.make_naive(data[name]).replace(tzinfo=zone)
        if data.get("opens_at") and data.get("due_at") and data["opens_at"] >= data["due_at"]:
            self.add_error("due_at", "The due date must come after the opening.")
        if data.get("due_at") and data.get("closes_at") and data["closes_at"] < data["due_at"]:
            self.add_error("closes_at", "It must not close before it is due.")
        return data


@admin.register(Assignment)
class AssignmentAdmin(CourseScopedAdmin):
    form = AssignmentForm
    list_display = ["exercise", "course", "due", "attempts", "grade_policy", "is_paused"]
    list_select_related = ["exercise", "course"]
    list_filter = ["course", "is_paused"]
    search_fields = ["exercise__slug"]

    @admin.display(description="Due", ordering="due_at")
    def due(self, assignment: Assignment) -> str:
        if assignment.due_at is None:
            return ""
        return f"{assignment.due_at.astimezone(ZoneInfo(assignment.course.time_zone)):%Y-%m-%d %H:%M %Z}"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in ("opens_at", "due_at", "closes_at"):
            return forms.DateTimeField(
                required=False,
                label=db_field.verbose_name.capitalize(),
                widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL),
                help_text="In the course's time zone",
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "exercise":
            kwargs["queryset"] = Exercise.objects.filter(retired_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ExtensionForm(forms.ModelForm[Extension]):
    """Whom, what and why. A student is named, not picked from a list."""

    username = forms.CharField(max_length=150, required=False, help_text="The student's sign-in name, or")
    days = forms.IntegerField(min_value=0, max_value=366, initial=0)
    hours = forms.IntegerField(min_value=0, max_value=23, initial=0)
    minutes = forms.IntegerField(min_value=0, max_value=59, initial=0)

    class Meta:
        model = Extension
        fields = ["course", "exercise", "section", "label", "extra_attempts", "reason"]
        help_texts = {"reason": "The student sees it."}
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course = data.get("course")
        if course is None:
            return data
        name = data.get("username", "").strip()
        student = None
        if name:
            rows = Enrolment.objects.filter(course=course, user__username=name, role=Role.STUDENT)
            student = rows.first()
            if student is None:
                self.add_error("username", f"{name!r} is no student of {course}.")
                return data
        chosen = [row for row in (student, data.get("section"), data.get("label")) if row is not None]
        if len(chosen) != 1:
            raise ValidationError("Name one student, one section, or one label: exactly one of them.")
        time = [data.get(part) or 0 for part in ("days", "hours", "minutes")]
        data["grant"] = Grant(
            course=course,
            exercise=data.get("exercise"),
            whom=chosen[0],
            extra_minutes=(time[0] * 24 + time[1]) * 60 + time[2],
            extra_attempts=data.get("extra_attempts") or 0,
            reason=data.get("reason") or "",
        )
        if not data["grant"].extra_minutes and not data["grant"].extra_attempts:
            raise ValidationError("Give more time, more attempts, or both.")
        if chosen[0].course_id != course.pk:
            raise ValidationError(f"{chosen[0]} does not belong to {course}.")
        return data

    def _post_clean(self) -> None:
        """The service makes the row; the form alone cannot, because it holds no enrolment."""


@admin.register(Extension)
class ExtensionAdmin(CourseScopedAdmin):
    """Extensions are granted and revoked, never edited: the record of who granted what stays."""

    form = ExtensionForm
    list_display = ["whom", "exercise", "granted", "reason", "actor", "created_at", "revoked_at"]
    list_select_related = [
        "course",
        "exercise",
        "enrolment__user",
        "enrolment__course",
        "section__course",
        "label__course",
        "actor",
    ]
    list_filter = ["course", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["enrolment__user__username", "reason"]
    actions = ["revoke"]
    fields = [
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

    @admin.display(description="For")
    def whom(self, extension: Extension) -> str:
        enrolment = extension.enrolment
        return str(enrolment.user) if enrolment else str(extension.section or extension.label)

    @admin.display(description="Granted")
    def granted(self, extension: Extension) -> str:
        return f"{extension.extra_minutes / 60:g} h, {extension.extra_attempts} attempts"

    @admin.action(description="Revoke the chosen extensions", permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        for extension in queryset.select_related("course"):
            revoke_extension(extension=extension, actor=person(request), now=timezone.now())
        messages.success(request, "Revoked; credit and attempts count without them at once.")

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        made = grant_extension(grant=form.cleaned_data["grant"], actor=person(request), now=timezone.now())
        obj.pk = made.pk

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        courses = instructed_courses(request.user)
        if db_field.name in ("section", "label"):
            model = Section if db_field.name == "section" else Label
            kwargs["queryset"] = model.objects.filter(course__in=courses).select_related("course")
        if db_field.name == "exercise":
            kwargs |= {"queryset": Exercise.objects.filter(retired_at=None), "empty_label": "Every exercise"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
