"""`up` on PostgreSQL: a database of its own on the server that DATABASE_URL names."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
import pytest

from tests.config.running import Up, running

pytestmark = pytest.mark.postgres


@pytest.fixture
def database() -> Iterator[str]:
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL")
    name = f"knownfix_up_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_two_first_starts_at_once_prepare_one_postgresql(tmp_path: Path, database: str) -> None:
    with ExitStack() as stack:

        def start(name: str) -> Up:
            options = ("--port", "0", "--database", database)
            return stack.enter_context(running(tmp_path / name, *options))

        with ThreadPoolExecutor() as pool:
            first, second = pool.map(start, ["one", "two"])

        assert "postgresql" in first.said("database"), first.text
        assert [bool(up.said("sign in")) for up in (first, second)].count(True) == 1
        for up in (first, second):
            assert urlopen(f"{up.url}health/ready", timeout=20).read() == b"ready\n"
