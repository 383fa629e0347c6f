"""`manage.py import_document FILE`: a plain document, after showing what it would become."""

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from incidents.services.importing import (
    CannotImport,
    Decision,
    Rights,
    accepted,
    date_of,
    ids_of,
    import_plain,
    slug_for,
)
from kb.ingest import BadGuide, decode
from kb.ingest.plain import KINDS, Document, read
from kb.models import GuideRevision
from kb.services.guides.complaints import sentences

_ANYONE = Rights(may_import=True, may_open=True, may_publish=True)


class Command(BaseCommand):
    help = "Import a runbook or the report of an incident, as it was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only show the proposals")
        parser.add_argument("--accept", default="", help="all, none, or ids separated by commas")
        parser.add_argument("--keep", default="", help="ids of secrets that are none")
        parser.add_argument("--kind", choices=KINDS, default="", help="overrule the guess")
        parser.add_argument("--slug", default="", help="the guide's short name")
        parser.add_argument("--date", type=datetime.date.fromisoformat, help="when it happened")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            document = read(decode(file.read_bytes()), kind=options["kind"])
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from problem
        except BadGuide as refused:
            raise CommandError("\n".join(sentences(refused.complaints))) from refused
        if not dry_run and not options["accept"]:
            raise CommandError(_("Say what to take: --accept all, none or ids; or --dry-run."))
        self._show(document)
        if not dry_run:
            self._store(document, _decision(document, file, options))

    def _show(self, document: Document) -> None:
        self.stdout.write(f"{document.kind} ({document.language}): {document.title}")
        for one in document.proposals:
            self.stdout.write(f"{one.line:>6}  {one.id:<16}  {one.title}")
        for secret in document.secrets:
            self.stdout.write(f"{secret.line:>6}  {secret.id:<16}  {secret.masked}")

    def _store(self, document: Document, decision: Decision) -> None:
        source = GuideRevision.Source.IMPORT
        try:
            imported = import_plain(document, decision, by=None, rights=_ANYONE, source=source)
        except CannotImport as refused:
            problems = [*map(str, refused.problems), _("Nothing was imported.")]
            raise CommandError("\n".join(problems)) from refused
        if imported.is_known:
            said = _("This very document was imported before, so nothing was stored.")
            self.stdout.write(str(said))
        for made in (imported.incident, imported.guide):
            if made is not None:
                self.stdout.write(f"{made.get_absolute_url()}  {made}")


def _decision(document: Document, file: Path, options: dict[str, Any]) -> Decision:
    return Decision(
        accept=accepted(document, options["accept"]),
        keep=ids_of(options["keep"]),
        slug=options["slug"] or slug_for(document, name=file.name),
        date=options["date"] or date_of(document),
    )
