"""Exercises are shown with the file to edit; how a course delivers them is edited here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from exercises.models import Assignment, Exercise
from lessons.admin import CourseScopedAdmin, ReadOnlyAdmin


@admin.register(Exercise)
class ExerciseAdmin(ReadOnlyAdmin):
    list_display = ["slug", "lesson", "edit_in", "revision", "retired_at"]
    list_select_related = ["lesson", "revision"]
    list_filter = ["lesson", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["slug", "revision__title"]
    fields = ["slug", "lesson", "edit_in", "revision", "retired_at"]
    readonly_fields = ["slug", "lesson", "edit_in", "revision", "retired_at"]

    @admin.display(description="Edit in")
    def edit_in(self, exercise: Exercise) -> str:
        lesson = exercise.lesson
        return f"lessons/content/{lesson.number:02}-{lesson.slug}/exercises/{exercise.slug}.toml"


# One field for date and time of day, in place of the admin's two without labels.
DATE_AND_TIME = {
    "form_class": forms.DateTimeField,
    "widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
}


@admin.register(Assignment)
class AssignmentAdmin(CourseScopedAdmin):
    list_display = ["exercise", "course", "due_at", "attempts", "is_paused"]
    list_select_related = ["exercise", "course"]
    list_filter = ["course", "is_paused"]
    search_fields = ["exercise__slug"]
    formfield_overrides = {models.DateTimeField: DATE_AND_TIME}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "exercise":
            kwargs["queryset"] = Exercise.objects.filter(retired_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
