"""Makes an API key of a user and prints its secret once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from config.first_run import TERMINAL_SCOPES, UnknownScope, make_key


class Command(BaseCommand):
    help = "Make an API key. It can do what is both in its scopes and among its user's permissions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="What the key is for.")
        parser.add_argument("--user", required=True, help="Whose permissions it has at most.")
        parser.add_argument(
            "--scope",
            action="append",
            metavar="PERMISSION",
            help=f"For example probes.run_probe; may be repeated. Default: {TERMINAL_SCOPES}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"No user is called {options['user']}.")
        try:
            _key, secret = make_key(
                options["name"], user=user, scopes=tuple(options["scope"] or TERMINAL_SCOPES)
            )
        except UnknownScope as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(secret)
