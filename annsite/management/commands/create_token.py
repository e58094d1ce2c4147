"""Make an API token for a person and print it, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from annsite.accounts.models import Scope, User
from annsite.accounts.services import UnknownScope, create_token


class Command(BaseCommand):
    help = "Print a new API token. Only its hash is kept, so it cannot be printed again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            metavar="SCOPE",
            help=f"repeatable; {', '.join(Scope.values)}",
        )
        parser.add_argument("--name", default="command line")
        parser.add_argument("--days", type=int, default=180, help="how long it lasts")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"nobody is called {options['username']!r}")
        if not options["scopes"]:
            raise CommandError(f"name at least one --scope: {', '.join(Scope.values)}")
        if not 1 <= options["days"] <= 3650:
            raise CommandError(f"--days {options['days']} is outside 1 to 3650")
        try:
            _, token = create_token(
                user=user,
                name=options["name"],
                scopes=options["scopes"],
                now=timezone.now(),
                days=options["days"],
            )
        except UnknownScope as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
