"""Run the whole site on this machine: what `make run` starts."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annsite.embedded import run_site


class Command(BaseCommand):
    help = "Start broker, worker, sweeper and web server, and keep them running until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "DATABASE_URL or REDIS_URL is set: start the services of docker-compose.yml instead"
            )
        sys.exit(run_site())
