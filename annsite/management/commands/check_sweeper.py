"""Ask whether the sweeper sweeps: its health check."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annsite.probes import sweeper


class Command(BaseCommand):
    help = "Say when the sweeper last swept; exit code 1 when that is too long ago."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        check = sweeper()
        if not check.ok:
            raise CommandError(check.detail)
        self.stdout.write(check.detail)
