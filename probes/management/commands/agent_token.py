"""Makes the token of a location's agents and prints it once, or revokes it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from probes import services
from probes.models import Location


class Command(BaseCommand):
    help = (
        "Make a token for the agents that look from a location. The former one opens for another "
        "hour; --revoke closes the location to every agent at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("location", help="The location's slug; made if there is none.")
        parser.add_argument(
            "--revoke", action="store_true", help="Make none; revoke what there is."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["location"]
        if options["revoke"]:
            self._revoke(slug)
            return
        try:
            self.stdout.write(services.issue_token(_location(slug), by=None))
        except services.NoAgentHere as refused:
            raise CommandError(str(refused)) from None

    def _revoke(self, slug: str) -> None:
        location = Location.objects.filter(slug=slug).first()
        if location is None:
            raise CommandError(f"There is no location {slug!r}.")
        was_open = services.revoke_token(location, by=None)
        self.stdout.write("revoked" if was_open else "there was no token")


def _location(slug: str) -> Location:
    """The location of that name; a new one may touch loopback addresses only."""
    location = Location.objects.filter(slug=slug).first() or Location(slug=slug, name=slug)
    try:
        location.full_clean()
    except ValidationError as refused:
        raise CommandError(f"{slug!r}: {'; '.join(refused.messages)}") from None
    location.save()
    return location
