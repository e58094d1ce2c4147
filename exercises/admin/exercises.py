"""Exercises are shown with the file to edit."""

from django.contrib import admin

from exercises.models import Exercise
from lessons.admin import ReadOnlyAdmin


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
