"""Processes that write guides at once, on a database file and on PostgreSQL, leave the index exact."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from kb import index
from kb.matching import analyse
from kb.models import Guide
from tests.factories import make_guide, reindex
from tests.kb import index_writer
from tests.kb.index_contents import contents, rebuilt

pytestmark = pytest.mark.django_db(transaction=True)


def start_writer(seed: int, database_url: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": database_url, "KNOWNFIX_NO_VENV": "1"}
    argv = [sys.executable, "-m", "tests.kb.index_writer", str(seed)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(argv, env=environment, cwd=settings.BASE_DIR, text=True, **pipes)


def test_writers_at_once_leave_what_a_rebuild_gives(database_url: str) -> None:
    writers = [start_writer(seed, database_url) for seed in range(4)]

    said = [writer.communicate(timeout=90) for writer in writers]

    assert said == [(f"{index_writer.CHANGES}\n", "")] * len(writers)
    left = contents()
    assert Guide.objects.exists()
    assert left == rebuilt()


def test_a_guide_saved_by_another_process_is_found_by_the_next_lookup(database_url: str) -> None:
    reindex(make_guide("harbour", body="lantern"))
    assert index.find(analyse("broker kafka zookeeper")).weak == ()

    said = [start_writer(seed, database_url).communicate(timeout=90) for seed in range(2)]

    connection.close()
    assert all(not errors for _counted, errors in said)
    found = index.find(analyse(" ".join(index_writer.WORDS)))
    assert {one.guide_id for one in [*found.matches, *found.weak]} <= set(
        Guide.objects.published().values_list("pk", flat=True)
    )
    assert len([*found.matches, *found.weak]) > 1
