"""`manage.py import_guides PATH`: guides from files, after showing what would change."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kb.models import GuideRevision
from kb.services.guides.guides import ImportPlan, apply_import, plan_import


class Command(BaseCommand):
    help = "Import guides from a Markdown file or a folder of them, all or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a .md file, or a folder that holds some")
        parser.add_argument("--dry-run", action="store_true", help="show what would change")
        parser.add_argument("--yes", action="store_true", help="import without asking")

    def handle(self, *args: Any, path: Path, dry_run: bool, yes: bool, **options: Any) -> None:
        plan = plan_import(_files(path))
        if plan.complaints:
            raise CommandError("\n".join([*map(str, plan.complaints), _("Nothing was imported.")]))
        self._show(plan)
        if dry_run or not plan.changes:
            return
        if not yes and not self._is_confirmed(len(plan.changes)):
            raise CommandError(_("Nothing was imported."))
        apply_import(plan, by=None, source=GuideRevision.Source.IMPORT)
        self.stdout.write(_("Imported %(count)s files.") % {"count": len(plan.changes)})

    def _show(self, plan: ImportPlan) -> None:
        for warning in plan.warnings:
            self.stderr.write(str(warning))
        for item in plan.items:
            self.stdout.write(f"{item.state}: {item.slug} ({item.language}), {item.file}")
            if item.state == "changed":
                self.stdout.write(item.diff)

    def _is_confirmed(self, count: int) -> bool:
        if not sys.stdin.isatty():
            raise CommandError(_("There is no one to ask: add --yes to import."))
        answer = input(_("Import %(count)s files? [y/N] ") % {"count": count})
        return answer.strip().lower() in ("y", "yes")


def _files(path: Path) -> list[tuple[str, bytes]]:
    """Every Markdown file, named as the person would name it."""
    if not path.exists():
        raise CommandError(_("There is no file or folder %(path)s.") % {"path": path})
    paths = sorted(path.rglob("*.md")) if path.is_dir() else [path]
    if not paths:
        raise CommandError(_("There is no Markdown file in %(path)s.") % {"path": path})
    try:
        return [(str(one), one.read_bytes()) for one in paths]
    except OSError as exc:
        raise CommandError(str(exc)) from exc
