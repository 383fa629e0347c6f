"""`manage.py document_kinds`: writes docs/kinds/ from the kinds' schemas."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override

from probes.management.kind_documents import write_documents


class Command(BaseCommand):
    help = "Write docs/kinds/, one page per probe kind, from the schemas of the kinds."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            changed = write_documents(Path(settings.BASE_DIR, "docs", "kinds"))
        for path in changed:
            self.stdout.write(f"wrote {path.name}")
        self.stdout.write(f"{len(changed)} documents changed")
