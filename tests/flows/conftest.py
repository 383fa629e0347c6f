"""The base as it comes: starter content loaded, one person, and a folder it may look into."""

import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from probes.services import server_location


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("jisu")


@pytest.fixture
def base(starter: None, tmp_path: Path) -> Path:
    """The starter content; the server's location may look into the folder that is returned."""
    location = server_location()
    location.roots = [str(tmp_path)]
    location.interpreters = [sys.executable]
    location.save()
    return tmp_path
