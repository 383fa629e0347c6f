"""What every test shares; kept small on purpose."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.databases import (
    database_url,
    django_db_setup,
    migrated,
    migrated_file,
    sqlite_file,
    worker_folder,
)
from tests.once import passwords_hashed_quickly, static_files_listed_once
from tests.support.listening import listener, silent

# Here and not beside the laboratory: whoever hands the tests out to workers loads no more than this.
pytest_plugins = ["tests.lab.reporting"]

__all__ = [
    "database_url",
    "django_db_setup",
    "listener",
    "migrated",
    "migrated_file",
    "passwords_hashed_quickly",
    "silent",
    "sqlite_file",
    "static_files_listed_once",
    "worker_folder",
]

LEFT_OUT = ("browser", "postgres", "shared", "lint", "bench", "lab")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count the marked tests before `-m` drops them, for what `manage.py test` says at its end."""
    if path := os.environ.get("KNOWNFIX_LEFT_OUT"):
        counts = Counter(
            next((marker for marker in LEFT_OUT if item.get_closest_marker(marker)), "")
            for item in items
        )
        counts.pop("", None)
        Path(path).write_text(json.dumps(counts))


@pytest.fixture
def starter(db: None) -> None:
    """The starter content, as `manage.py up` loads it."""
    from tests.starter import put_starter_content

    put_starter_content()
