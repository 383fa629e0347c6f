"""`manage.py export FOLDER`: guides, translations, incidents and probes, one file each."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.services.exchange import (
    MANIFEST,
    guide_files,
    incident_files,
    manifest_of,
    read_manifest,
    sha256_of,
)
from kb.models import Guide
from probes.models import Probe
from probes.services.dumping import dump_probes


class Command(BaseCommand):
    help = "Write every guide, translation and incident as a file; `import` reads them again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a new or empty folder, or an earlier export")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        before = _earlier_export(folder)
        files = dict([*guide_files(Guide.objects.all()), *incident_files(Incident.objects.all())])
        files["probes.yaml"] = dump_probes(Probe.objects.order_by("slug"))
        try:
            _write(folder, files)
            _remove(folder, sorted(before.keys() - files.keys()))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stdout.write(
            _("Exported %(count)s files to %(folder)s.") % {"count": len(files), "folder": folder}
        )


def _earlier_export(folder: Path) -> dict[str, str]:
    """What an earlier export wrote here; refuses to write over anything else."""
    manifest = folder / MANIFEST
    before = read_manifest(manifest.read_text("utf-8")) if manifest.exists() else {}
    if not before and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(_("%(folder)s is not an empty folder.") % {"folder": folder})
    touched = [path for path in sorted(before) if _is_touched(folder / path, before[path])]
    if touched:
        words = {"files": ", ".join(touched)}
        raise CommandError(
            _("Changed since they were exported, so they are not written over: %(files)s") % words
        )
    return before


def _is_touched(path: Path, exported: str) -> bool:
    return path.exists() and sha256_of(path.read_bytes()) != exported


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in {**files, MANIFEST: manifest_of(files)}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def _remove(folder: Path, paths: list[str]) -> None:
    """Files of an earlier export whose guide or incident is gone."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
