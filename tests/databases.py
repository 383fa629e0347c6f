"""A real database that a test shares with the processes it starts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper


@dataclass
class Migrated:
    """A migrated SQLite file's content; empty where the tests' own is none, as on PostgreSQL."""

    content: bytes = b""


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A database that this test and the processes it starts share."""
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    return str(request.getfixturevalue("sqlite_file"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, migrated: Migrated) -> None:
    """pytest-django's own; a copy is kept before any test writes, for migrating takes seconds.

    Where no collected test uses a database, none was made.
    """
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        with django_db_blocker.unblock():
            connection.ensure_connection()
            migrated.content = connection.connection.serialize()


@pytest.fixture(scope="session")
def migrated() -> Migrated:
    return Migrated()


@pytest.fixture(scope="session")
def migrated_file(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, migrated: Migrated
) -> Path:
    path = tmp_path_factory.mktemp("database") / "migrated.sqlite3"
    if migrated.content:
        path.write_bytes(migrated.content)
    else:
        with manage("migrate", "-v", "0", database_url=f"sqlite:///{path}") as migrating:
            assert migrating.wait() == 0
    return path


@pytest.fixture
def sqlite_file(migrated_file: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """A file: the test run's own database is in memory, where no other process could see it."""
    path = tmp_path / "shared.sqlite3"
    shutil.copy(migrated_file, path)
    with django_db_blocker.unblock():
        usual = connections["default"]
        file = DatabaseWrapper({**usual.settings_dict, "NAME": str(path)})
        connections["default"] = file
        try:
            yield f"sqlite:///{path}"
        finally:
            file.close()
            connections["default"] = usual


def manage(command: str, *options: str, database_url: str, **popen: Any) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "KNOWNFIX_NO_VENV": "1",
        "PYTHONUNBUFFERED": "1",
    }
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), command, *options]
    return subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True, **popen)
