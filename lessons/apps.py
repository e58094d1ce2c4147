"""The lessons app."""

from importlib import import_module

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "lessons"
    verbose_name = "Course"

    def ready(self) -> None:
        import_module("lessons.receivers")
