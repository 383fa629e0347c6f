"""`/agent.pyz`: the same bytes from the same files, open to all, read once, without secrets."""

import io
import zipfile

import pytest
from django.conf import settings
from django.test import Client

from probes.services.agent_file import agent_file

ADDRESS = "/agent.pyz"


@pytest.mark.django_db
def test_file_is_served_to_everyone_and_known_again_by_its_etag() -> None:
    first = Client().get(ADDRESS)
    again = Client().get(ADDRESS, headers={"If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert first.content.startswith(b"#!/usr/bin/env python3\nPK")
    assert (again.status_code, again.content) == (304, b"")
    assert Client().post(ADDRESS).status_code == 405


def test_same_files_give_the_same_bytes() -> None:
    before = agent_file().data
    agent_file.cache_clear()

    assert agent_file().data == before


def test_file_holds_the_engine_with_its_licence_and_nothing_else() -> None:
    with zipfile.ZipFile(io.BytesIO(agent_file().data)) as archive:
        names = archive.namelist()
        licence = archive.read("LICENSE").decode()
        text = b"".join(archive.read(name) for name in names)

    assert names == sorted(names)
    assert {"__main__.py", "LICENSE", "probes/engine/runner.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"__main__.py", "LICENSE", "probes"}
    assert not [name for name in names if name.startswith("probes/") and "/engine/" not in name][1:]
    assert "Permission is hereby granted" in licence
    assert settings.SECRET_KEY.encode() not in text
    assert b"import django" not in text
