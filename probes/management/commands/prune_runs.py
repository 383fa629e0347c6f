"""`manage.py prune_runs --keep 90d`: old scheduled runs go. Meant for a nightly job."""

import re
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from probes import services

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Command(BaseCommand):
    help = (
        "Delete scheduled runs that are older than --keep. Runs that an investigation uses and "
        "the last ones of each schedule stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", required=True, help="how long runs stay: 48h, 90d, 12w")

    def handle(self, *args: Any, **options: Any) -> None:
        keep = _age(options["keep"])
        pruned = services.prune_runs(before=timezone.now() - keep)
        self.stdout.write(f"pruned {pruned} scheduled runs that ended over {options['keep']} ago")


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", text)
    if found is None:
        raise CommandError(f"--keep {text!r}: write a number and h, d or w, such as 90d.")
    return int(found[1]) * _UNITS[found[2]]
