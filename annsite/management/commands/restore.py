"""Replace the database by a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annsite.backups import BackupRefused, contents, restore


class Command(BaseCommand):
    help = "Put the database in FILE in place of this one, all or nothing. Stop the site first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a database that has people in it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["file"], force=options["force"])
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored: {contents()}; now run migrate, then start the site")
