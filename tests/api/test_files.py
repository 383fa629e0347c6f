"""Incidents as files over HTTP, and the whole base as an archive."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from incidents.models import Incident
from incidents.services.files import file_of
from incidents.services.starter import load_starter_incidents
from kb.models import Guide
from kb.services import file_of as guide_file_of
from tests.api.conftest import key_client

EXPORT = "/api/v1/export.zip"


@pytest.fixture
def incident(starter: None) -> Incident:
    (loaded,) = load_starter_incidents()
    return loaded


def unpacked(client: APIClient) -> dict[str, str]:
    answer = client.get(EXPORT)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_an_incident_is_its_file(incident: Incident) -> None:
    client = key_client("incidents.view_incident")

    answer = client.get(f"/api/v1/incidents/{incident.public_id}.md")

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.content.decode() == file_of(incident)
    assert client.get("/api/v1/incidents/inc_0.md").status_code == 404


def test_a_postmortem_comes_in_the_language_asked_for(incident: Incident) -> None:
    client = key_client("incidents.view_incident")
    address = f"/api/v1/incidents/{incident.public_id}/postmortem.md"

    english = client.get(address, headers={"accept-language": "en"}).content.decode()
    korean = client.get(address, headers={"accept-language": "ko"}).content.decode()

    assert "Presumed, not confirmed: A fundamental problem" in english
    assert "추정일 뿐 확인되지 않음: 근본적인 환경" in korean


@pytest.mark.parametrize("file", [".md", "/postmortem.md"])
def test_the_files_are_for_who_may_see_incidents(incident: Incident, file: str) -> None:
    client = key_client("kb.view_guide")

    assert client.get(f"/api/v1/incidents/{incident.public_id}{file}").status_code == 403


def test_the_archive_holds_everything_and_the_command_reads_it(
    incident: Incident, tmp_path: Path
) -> None:
    client = key_client(
        "kb.view_guide", "kb.change_guide", "incidents.view_incident", "probes.view_probe"
    )

    files = unpacked(client)

    assert files["guides/ai-api.ko.md"] == guide_file_of(Guide.objects.get(slug="ai-api"))
    assert files[f"incidents/{incident.public_id}.md"] == file_of(incident)
    assert client.get(EXPORT).content == client.get(EXPORT).content
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    call_command("import", str(tmp_path))
    for line in files["MANIFEST.sha256"].splitlines():
        digest, path = line.split("  ")
        assert hashlib.sha256(files[path].encode()).hexdigest() == digest


def test_the_archive_holds_only_what_its_key_may_read(incident: Incident) -> None:
    Guide.objects.filter(slug="ai-api").update(state=Guide.State.DRAFT)
    client = key_client("kb.view_guide")

    files = unpacked(client)

    assert set(files) == {
        "guides/connection.ko.md",
        "guides/connection.en.md",
        "guides/cors-502.ko.md",
        "guides/cors-502.en.md",
        "MANIFEST.sha256",
    }


def test_without_the_right_to_read_guides_there_is_no_archive(incident: Incident) -> None:
    assert key_client("incidents.view_incident").get(EXPORT).status_code == 403
