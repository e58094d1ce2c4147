"""The exercises app."""

from importlib import import_module

from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    name = "exercises"
    verbose_name = "Graded work"

    def ready(self) -> None:
        import_module("exercises.receivers")
