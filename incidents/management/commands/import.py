"""`manage.py import FOLDER`: what `export` wrote, after showing what would change, all or none."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from incidents.services.exchange import MANIFEST, Exchange, apply_exchange, plan_exchange
from kb.services.guides.complaints import sentence
from kb.services.guides.imports import FileComplaint
from probes.models import Probe
from probes.services import BadProbes, load_probes


class Command(BaseCommand):
    help = "Import guides, translations and incidents from a folder or one file, all or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `export` wrote, or a .md file")
        parser.add_argument("--dry-run", action="store_true", help="show what would change")
        parser.add_argument("--yes", action="store_true", help="import without asking")
        parser.add_argument(
            "--overwrite", action="store_true", help="take the files where both sides changed"
        )
        parser.add_argument(
            "--create-people",
            action="store_true",
            help="make accounts that cannot sign in for people who are not known here",
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        files, manifest, probes = _read(folder)
        with transaction.atomic():
            # First, because guides name them; taken back where nothing is imported.
            made = self._new_probes(probes)
            plan = plan_exchange(files, manifest=manifest, create_people=options["create_people"])
            self._refuse(plan, overwrite=options["overwrite"] or options["dry_run"])
            self._show(plan)
            if options["dry_run"] or not (plan.changes or made):
                transaction.set_rollback(True)
                return
            if not options["yes"]:
                _ask(len(plan.changes))
            count = apply_exchange(plan, by=None)
        self.stdout.write(_("Imported %(count)s files.") % {"count": count})

    def _new_probes(self, text: str) -> list[Probe]:
        """Probes that are not here yet. They wait for approval, whatever they were elsewhere.

        One that is here stays as it is: a definition is changed where it is approved.
        """
        try:
            made = load_probes(text, by=None, approve=False, only_new=True) if text else []
        except BadProbes as wrong:
            raise CommandError(f"probes.yaml: {wrong}") from wrong
        for probe in made:
            self.stdout.write(f"created: probe {probe.slug}, {_('waits for approval')}")
        return made

    def _refuse(self, plan: Exchange, *, overwrite: bool) -> None:
        if plan.complaints:
            raise CommandError(
                "\n".join([*map(_line, plan.complaints), _("Nothing was imported.")])
            )
        if plan.conflicts and not overwrite:
            conflicts = [f"conflict: {file}" for file in sorted(plan.conflicts)]
            advice = _("Changed here and in the file: bring them together, or add --overwrite.")
            raise CommandError("\n".join([*conflicts, advice, _("Nothing was imported.")]))

    def _show(self, plan: Exchange) -> None:
        for warning in plan.warnings:
            self.stderr.write(_line(warning))
        for item in plan.items:
            state = plan.state(item)
            self.stdout.write(f"{state}: {item.file}")
            if state in ("changed", "conflict"):
                self.stdout.write(item.diff)


def _line(complaint: FileComplaint) -> str:
    """In the language of the base, like the rest of what is printed."""
    return f"{complaint.file}:{complaint.line}: {sentence(complaint)}"


def _ask(count: int) -> None:
    if not sys.stdin.isatty():
        raise CommandError(_("There is no one to ask: add --yes to import."))
    answer = input(_("Import %(count)s files? [y/N] ") % {"count": count})
    if answer.strip().lower() not in ("y", "yes"):
        raise CommandError(_("Nothing was imported."))


def _read(path: Path) -> tuple[list[tuple[str, bytes]], str, str]:
    """Every Markdown file by its path in the folder, the manifest, and the probes' file."""
    if not path.exists():
        raise CommandError(_("There is no file or folder %(path)s.") % {"path": path})
    folder = path if path.is_dir() else path.parent
    paths = sorted(path.rglob("*.md")) if path.is_dir() else [path]
    if not paths:
        raise CommandError(_("There is no Markdown file in %(path)s.") % {"path": path})
    try:
        files = [(one.relative_to(folder).as_posix(), one.read_bytes()) for one in paths]
        if not path.is_dir():
            return files, "", ""
        return files, _text_of(folder / MANIFEST), _text_of(folder / "probes.yaml")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(str(error)) from error


def _text_of(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
