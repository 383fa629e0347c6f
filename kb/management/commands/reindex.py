"""Make the index anew from the guides."""

from typing import Any

from django.core.management.base import BaseCommand

from kb import index


class Command(BaseCommand):
    help = (
        "Make the index anew from the guides; they themselves are only read. `up` does it by "
        "itself after an update. Guides cannot be saved meanwhile; on SQLite nothing can."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index.rebuild()} guides indexed")
