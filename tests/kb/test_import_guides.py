"""`manage.py import_guides`: shows what would change, asks, and imports all or nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kb.models import Guide
from probes.services import load_probes
from tests.kb.test_guides import PROBES, TEXT, TRANSLATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    load_probes(PROBES, by=None, approve=True)
    (tmp_path / "connection.md").write_text(TEXT)
    (tmp_path / "connection.ko.md").write_text(TRANSLATION)
    return tmp_path


def run(path: Path, **options: bool) -> str:
    out = StringIO()
    call_command("import_guides", str(path), stdout=out, stderr=out, **options)
    return out.getvalue()


def test_a_folder_is_imported_as_a_whole(folder: Path) -> None:
    shown = run(folder, yes=True)

    assert f"created: connection (en), {folder}/connection.md" in shown
    assert Guide.objects.get().translations.count() == 1
    assert "unchanged: connection (en)" in run(folder, yes=True)


def test_a_dry_run_shows_the_difference_and_stores_nothing(folder: Path) -> None:
    run(folder, yes=True)
    (folder / "connection.md").write_text(TEXT.replace("Nothing runs", "Not started"))

    shown = run(folder, dry_run=True)

    assert "+    title: Not started" in shown
    assert Guide.objects.get().causes.get(slug="not-running").title == "Nothing runs"


def test_without_anyone_to_ask_nothing_is_imported(folder: Path) -> None:
    with pytest.raises(CommandError):
        run(folder)

    assert not Guide.objects.exists()


def test_a_bad_file_refuses_all_with_file_and_line(folder: Path) -> None:
    bad = folder / "bad.md"
    bad.write_text(TEXT.replace("slug: connection", "slug: other\ncolour: red"))

    with pytest.raises(CommandError) as caught:
        run(folder, yes=True)

    assert f"{bad}:3: colour: is not known here" in str(caught.value)
    assert not Guide.objects.exists()


@pytest.mark.parametrize("missing", ["nowhere", "empty"])
def test_a_path_without_guides_is_named(tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(CommandError, match=missing):
        run(tmp_path / missing)
