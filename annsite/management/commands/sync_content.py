"""Publish the lessons and exercises in the content folder."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exercises.services.publish import sync_content
from lessons.reading import ContentInvalid


class Command(BaseCommand):
    help = "Check every content file, prove every exercise that changed, and publish all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.CONTENT_DIR)
        parser.add_argument("--prove-all", action="store_true", help="prove again what is published already")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            published = sync_content(
                folder=options["folder"], now=timezone.now(), prove_all=options["prove_all"]
            )
        except ContentInvalid as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was published") from error
        if options["verbosity"] == 0:
            return
        self.stdout.write(
            f"{published.lessons} lessons ({published.new_lesson_revisions} new revisions), "
            f"{published.exercises} exercises ({published.new_exercise_revisions} new revisions), "
            f"{published.retired} retired"
        )
