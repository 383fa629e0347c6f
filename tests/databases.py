"""A real database that a test shares with the processes it starts."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.test import TransactionTestCase
from django.utils.translation import override


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
def django_db_setup(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    worker_folder: Path,
    migrated: Migrated,
) -> Iterator[None]:
    """pytest-django's own, which finds its database filled where another worker has migrated one.

    Migrating takes seconds. `migrate` runs all the same and finds nothing to do. A copy is kept
    before any test writes. Where no collected test uses a database, none is made.
    """
    with filled_by_the_first(worker_folder) as kept:
        request.getfixturevalue("django_db_setup")
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            with django_db_blocker.unblock():
                connection.ensure_connection()
                migrated.content = connection.connection.serialize()
            if not kept.exists():
                kept.write_bytes(migrated.content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back(migrated.content))
        yield


def put_back(content: bytes) -> Callable[[TransactionTestCase], None]:
    """Ends a test that committed: the database in memory is as it was migrated, not flushed.

    A flush makes permissions, content types and groups anew for every such test. Where it is
    needed, it names them as `migrate` does and not in the language that the test left active.
    """
    flush = TransactionTestCase._fixture_teardown

    def fixture_teardown(test_case: TransactionTestCase) -> None:
        if connection.vendor != "sqlite" or not connection.is_in_memory_db():
            with override(None):
                flush(test_case)
            return
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(content)
            source.backup(connection.connection)

    return fixture_teardown


@pytest.fixture(scope="session")
def worker_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the workers of this run share, and no other run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@contextlib.contextmanager
def filled_by_the_first(folder: Path) -> Iterator[Path]:
    """One worker at a time; the test database of the later ones holds what the first left here.

    A server's databases are made side by side, each by its own worker.
    """
    kept = folder / "migrated.sqlite3"
    if connection.vendor != "sqlite":
        yield kept
        return
    with taken(folder / "migrating"), contextlib.ExitStack() as stack:
        name = connection.creation._get_test_db_name()
        if kept.exists() and connection.creation.is_in_memory_db(name):
            # A database in memory lives as long as anybody holds it.
            database = stack.enter_context(contextlib.closing(sqlite3.connect(name, uri=True)))
            with contextlib.closing(sqlite3.connect(kept)) as source:
                source.backup(database)
        yield kept


@contextlib.contextmanager
def taken(path: Path) -> Iterator[None]:
    """A folder as a lock, on every system; who comes later waits."""
    while True:
        try:
            path.mkdir()
            break
        except FileExistsError:
            time.sleep(0.05)
    try:
        yield
    finally:
        path.rmdir()


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
