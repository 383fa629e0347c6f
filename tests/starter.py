"""The starter content for tests: loaded once by the product, then copied row by row.

Loading parses, validates and indexes six files, which takes seconds; a copy takes a moment.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from kb.services import load_starter

APPS = ("kb", "probes")


@dataclass(frozen=True, kw_only=True)
class Table:
    name: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


_copy: list[Table] = []


def put_starter_content() -> None:
    """Make the database hold the starter content, inside the caller's transaction."""
    if _copy:
        _insert(_copy)
    else:
        load_starter()
        _copy.extend(_read_all())


def _models() -> list[type[models.Model]]:
    return [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]


def _read_all() -> list[Table]:
    return [table for model in _models() if (table := _read(model._meta.db_table)).rows]


def _read(name: str) -> Table:
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted}")
        columns = [column[0] for column in cursor.description]
        return Table(name=name, columns=columns, rows=cursor.fetchall())


def _insert(tables: list[Table]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            name = connection.ops.quote_name(table.name)
            columns = ", ".join(connection.ops.quote_name(column) for column in table.columns)
            marks = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", table.rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
