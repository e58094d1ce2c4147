"""How a course delivers an exercise: dates in the course's time zone, late credit as text."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.http import HttpRequest
from django.utils import timezone

from exercises.models import Assignment, Exercise, FeedbackRule, SolutionRule
from exercises.queries.delivery import read_credit
from lessons.admin import CourseScopedAdmin

STEP = re.compile(r"(\d+(?:\.\d+)?)\s*h\s+(\d+(?:\.\d+)?)\s*%")
MOST_STEPS = 10
MOST_HOURS = 24 * 366
LOCAL = "%Y-%m-%dT%H:%M"
YEARS = range(2000, 2201)
DATES = ("opens_at", "due_at", "closes_at")


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
        raise ValidationError(
            f"At most {MOST_STEPS} steps, each of more than 0 and at most {MOST_HOURS} hours."
        )
    if hours != sorted(set(hours)):
        raise ValidationError("The hours must grow from step to step.")
    if any(share > 100 for share in shares) or shares != sorted(shares, reverse=True):
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
        help_texts = dict.fromkeys(DATES, "In the course's time zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.course_id:
            return
        zone = ZoneInfo(self.instance.course.time_zone)
        for name in DATES:
            self.fields[name].help_text = f"In the course's time zone, {zone.key}"
            moment = getattr(self.instance, name)
            if moment:
                self.initial[name] = moment.astimezone(zone).replace(tzinfo=None).strftime(LOCAL)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course = data.get("course")
        if course is None:
            return data
        for name in DATES:
            if data.get(name):
                self._to_zone(name, ZoneInfo(course.time_zone))
        if data.get("opens_at") and data.get("due_at") and data["opens_at"] >= data["due_at"]:
            self.add_error("due_at", "The due date must come after the opening.")
        if data.get("due_at") and data.get("closes_at") and data["closes_at"] < data["due_at"]:
            self.add_error("closes_at", "It must not close before it is due.")
        if data.get("late_credit") and "due_at" not in self.errors and not data.get("due_at"):
            self.add_error("late_credit", "Late credit needs a due date.")
        self._refuse_waiting_for_ever(data)
        return data

    def _refuse_waiting_for_ever(self, data: dict[str, Any]) -> None:
        """What is shown after the deadline needs a deadline."""
        if any(data.get(name) or name in self.errors for name in ("due_at", "closes_at")):
            return
        for name, rule in (
            ("feedback", FeedbackRule.AFTER_DEADLINE),
            ("solution", SolutionRule.AFTER_DEADLINE),
        ):
            if data.get(name) == rule:
                self.add_error(name, "Without a due date or a closing date it would never be shown.")

    def _to_zone(self, name: str, zone: ZoneInfo) -> None:
        """Read what was typed as a time in the zone; one that the clock skips or shows twice is refused."""
        typed = timezone.make_naive(self.cleaned_data[name])
        if typed.year not in YEARS:
            self.add_error(name, f"The year {typed.year} is not one from {YEARS[0]} to {YEARS[-1]}.")
            return
        try:
            with timezone.override(zone):
                self.cleaned_data[name] = from_current_timezone(typed)
        except ValidationError:
            refusal = f"{typed:%Y-%m-%d %H:%M} does not exist in {zone.key}, or exists twice: clocks change."
            self.add_error(name, refusal)


@admin.register(Assignment)
class AssignmentAdmin(CourseScopedAdmin):
    form = AssignmentForm
    list_display = ["exercise", "course", "due", "attempts", "grade_policy", "is_paused"]
    list_select_related = ["exercise", "course"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter), "is_paused"]
    search_fields = ["exercise__slug"]

    @admin.display(description="Due", ordering="due_at")
    def due(self, assignment: Assignment) -> str:
        if assignment.due_at is None:
            return ""
        return f"{assignment.due_at.astimezone(ZoneInfo(assignment.course.time_zone)):%Y-%m-%d %H:%M %Z}"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in DATES:
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
