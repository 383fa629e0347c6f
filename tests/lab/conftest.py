"""At the end of a run of the laboratory: one table of what its diagnoses came to and cost."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.lab import records

_SHORT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ.setdefault(records.FOLDER, tempfile.mkdtemp(prefix="kflab-told-"))
