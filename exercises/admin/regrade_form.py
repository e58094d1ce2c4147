"""The form that says which answers to grade again."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from annsite.accounts.models import User
from exercises.models import Exercise, ExerciseRevision
from exercises.queries.regrades import ANY, BELOW_FULL, FULL, Order, Scope
from lessons.access import instructed_courses
from lessons.models import Course, Section

OUTCOMES = [(ANY, "Any grade"), (BELOW_FULL, "Less than full points"), (FULL, "Full points")]
MOMENT = {"type": "datetime-local"}
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class RegradeForm(forms.Form):
    """Every field but course, exercise and reason only narrows what is covered."""

    course = forms.ModelChoiceField(Course.objects.none(), empty_label=None)
    exercise = forms.ModelChoiceField(Exercise.objects.none())
    revision = forms.IntegerField(
        label="By the rules of revision",
        required=False,
        min_value=1,
        help_text="Its number; empty is the current one",
    )
    section = forms.ModelChoiceField(Section.objects.none(), required=False, empty_label="Every section")
    student = forms.CharField(required=False, max_length=150, help_text="The name this person signs in with")
    since = forms.DateTimeField(label="Sent since", required=False, widget=forms.DateTimeInput(MOMENT))
    until = forms.DateTimeField(
        label="Sent until",
        required=False,
        widget=forms.DateTimeInput(MOMENT),
        help_text="Both in the time zone of the course",
    )
    outcome = forms.ChoiceField(label="Grade now", choices=OUTCOMES, initial=ANY)
    latest_revision_only = forms.BooleanField(
        label="Only answers to the current revision of the exercise", required=False
    )
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Kept in the ledger beside every grade that this changes",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = instructed_courses(user)
        choices = {
            "course": courses,
            "exercise": Exercise.objects.filter(revision__isnull=False).select_related("revision"),
            "section": Section.objects.filter(course__in=courses).select_related("course"),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].widget.format = MOMENT_FORMAT

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course, exercise = data.get("course"), data.get("exercise")
        if course is None or exercise is None:
            return data
        zone = ZoneInfo(course.time_zone)
        for name in ("since", "until"):
            data[name] = data[name].replace(tzinfo=zone) if data.get(name) else None
        if data["since"] and data["until"] and data["since"] > data["until"]:
            self.add_error("until", "This is before the beginning.")
        self._clean_section(data)
        self._clean_student(data)
        self._clean_revision(data)
        return data

    def order(self) -> Order:
        """Return what a valid form asks for."""
        data = self.cleaned_data
        scope = Scope(
            section=data["section"].pk if data["section"] else None,
            enrolment=data["enrolment"],
            since=data["since"],
            until=data["until"],
            outcome=data["outcome"],
            latest_revision_only=data["latest_revision_only"],
        )
        return Order(data["course"], data["exercise"], data["rules"], scope, data["reason"])

    def _clean_section(self, data: dict[str, Any]) -> None:
        section = data.get("section")
        if section and section.course_id != data["course"].pk:
            self.add_error("section", f"{section} is not a section of {data['course']}.")

    def _clean_student(self, data: dict[str, Any]) -> None:
        data["enrolment"] = None
        name = data.get("student", "").strip()
        if not name:
            return
        enrolments = data["course"].enrolments.filter(user__username=name)
        data["enrolment"] = enrolments.values_list("pk", flat=True).first()
        if data["enrolment"] is None:
            self.add_error("student", f"Nobody in {data['course']} signs in as {name!r}.")

    def _clean_revision(self, data: dict[str, Any]) -> None:
        exercise, number = data["exercise"], data.get("revision")
        rules: ExerciseRevision | None = exercise.revision
        if number:
            rules = exercise.revisions.filter(number=number).first()
        if rules is None:
            last = exercise.revision.number
            self.add_error("revision", f"{exercise} has no revision {number}; its current one is {last}.")
        data["rules"] = rules
