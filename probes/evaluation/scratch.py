"""A database to measure on, which nobody else sees and which is gone afterwards."""

import contextlib
import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit


@contextlib.contextmanager
def scratch_database(server: str, *, prefix: str) -> Iterator[str]:
    """The address of a database of its own on the PostgreSQL server at that address."""
    psycopg: Any = import_module("psycopg")
    name = f"{prefix}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
