"""`manage.py export` and `manage.py import`: the whole base as files, there and back."""

import hashlib
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from incidents import services
from incidents.models import Incident
from incidents.services.starter import load_starter_incidents
from kb.models import Guide, GuideTranslation
from probes.models import Probe
from probes.services import load_probes
from tests.kb.test_guides import PROBES, TEXT, TRANSLATION


@pytest.fixture
def exported(db: None, tmp_path: Path) -> Path:
    """A guide with a translation and an incident, as they were exported."""
    load_probes(PROBES, by=None, approve=True)
    source = tmp_path / "source"
    source.mkdir()
    (source / "connection.md").write_text(TEXT)
    (source / "connection.ko.md").write_text(TRANSLATION)
    run("import", source, yes=True)
    services.open_incident("Down", by=None, text="ECONNREFUSED 127.0.0.1:8000")
    run("export", tmp_path / "out")
    return tmp_path / "out"


def run(command: str, folder: Path, **options: bool) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command(command, str(folder), stdout=out, stderr=out, **options)
    return out.getvalue()


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def incident_file(folder: Path) -> Path:
    return next((folder / "incidents").iterdir())


def test_one_file_each_and_a_manifest_that_sha256sum_reads(exported: Path) -> None:
    public_id = Incident.objects.get().public_id

    assert set(contents(exported)) == {
        "guides/connection.en.md",
        "guides/connection.ko.md",
        f"incidents/{public_id}.md",
        "probes.yaml",
        "MANIFEST.sha256",
    }
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"], cwd=exported, check=True
    )
    assert checked.returncode == 0


def test_import_into_an_empty_base_and_export_again_is_the_same(
    exported: Path, tmp_path: Path
) -> None:
    Incident.objects.all().delete()
    Guide.objects.all().delete()
    Probe.objects.all().delete()

    said = run("import", exported, yes=True)
    run("export", tmp_path / "again")

    assert contents(tmp_path / "again") == contents(exported)
    assert "waits for approval" in said
    assert not any(probe.is_approved for probe in Probe.objects.all())


def test_importing_what_was_just_exported_changes_nothing(exported: Path) -> None:
    said = run("import", exported)

    assert {line.partition(":")[0] for line in said.splitlines()} == {"unchanged"}


def test_a_dry_run_shows_and_stores_nothing(exported: Path) -> None:
    path = incident_file(exported)
    path.write_text(path.read_text().replace("title: Down", "title: Up again"))
    Probe.objects.filter(checks=None).delete()
    probes = Probe.objects.count()

    said = run("import", exported, dry_run=True)

    assert f"changed: incidents/{path.name}" in said
    assert "+title: Up again" in said
    assert Incident.objects.get().title == "Down"
    assert Probe.objects.count() == probes


def test_what_changed_only_here_is_kept(exported: Path) -> None:
    Incident.objects.update(title="Down, renamed here")

    said = run("import", exported, yes=True)

    assert f"kept: incidents/{incident_file(exported).name}" in said
    assert Incident.objects.get().title == "Down, renamed here"


def test_what_changed_on_both_sides_is_a_conflict_for_a_person(exported: Path) -> None:
    path = incident_file(exported)
    path.write_text(path.read_text().replace("title: Down", "title: From the file"))
    Incident.objects.update(title="From here")

    with pytest.raises(CommandError, match=f"conflict: incidents/{path.name}"):
        run("import", exported, yes=True)
    assert "conflict: " in run("import", exported, dry_run=True)
    assert Incident.objects.get().title == "From here"

    run("import", exported, yes=True, overwrite=True)
    assert Incident.objects.get().title == "From the file"


def test_one_wrong_file_stops_guides_and_incidents_alike(exported: Path) -> None:
    Guide.objects.all().delete()
    path = incident_file(exported)
    path.write_text(path.read_text().replace("severity: minor", "severity: huge"))

    with pytest.raises(CommandError, match=f"incidents/{path.name}:5: severity"):
        run("import", exported, yes=True)
    assert not Guide.objects.exists()


def test_exporting_again_removes_what_is_gone(exported: Path) -> None:
    GuideTranslation.objects.all().delete()

    run("export", exported)

    assert "guides/connection.ko.md" not in contents(exported)


def test_exporting_never_writes_over_what_somebody_changed(exported: Path) -> None:
    path = incident_file(exported)
    path.write_text(path.read_text() + "more\n")

    with pytest.raises(CommandError, match=f"incidents/{path.name}"):
        run("export", exported)
    assert path.read_text().endswith("more\n")


def test_a_manifest_that_names_a_file_elsewhere_deletes_nothing(exported: Path) -> None:
    mine = exported.parent / "mine.md"
    mine.write_text("mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    with (exported / "MANIFEST.sha256").open("a") as manifest:
        manifest.write(f"{digest}  ../mine.md\n{digest}  guides/../../mine.md\n")

    run("export", exported)

    assert mine.exists()


def test_exporting_refuses_a_folder_that_holds_something_else(tmp_path: Path, db: None) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="not an empty folder"):
        run("export", tmp_path)


def test_the_starter_content_goes_out_and_comes_back(starter: None, tmp_path: Path) -> None:
    load_starter_incidents()
    run("export", tmp_path / "one")
    Incident.objects.all().delete()

    run("import", tmp_path / "one", yes=True)
    run("export", tmp_path / "two")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
