"""Write the whole database to one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annsite.backups import BackupRefused, back_up, contents


class Command(BaseCommand):
    help = "Write the database to FILE while the site runs. PostgreSQL needs pg_dump on the PATH."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            back_up(options["file"])
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {contents()}, {options['file'].stat().st_size:,} bytes")
