"""Rows written past the models, for bases of a million: an object of each takes minutes."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Row = tuple[Any, ...]


def filler(pattern: models.Model, *varying: str) -> Callable[..., Row]:
    """What makes a row like the pattern out of values for the `varying` columns, in their order.

    The values are given as the database takes them.
    """
    fields = _fields(pattern, varying)
    values = [one.get_db_prep_save(getattr(pattern, one.attname), connection) for one in fields]
    places = [[one.attname for one in fields].index(name) for name in varying]

    def fill(*given: Any) -> Row:
        row = values.copy()
        for place, value in zip(places, given, strict=True):
            row[place] = value
        return tuple(row)

    return fill


def insert(pattern: models.Model, varying: Iterable[str], rows: Iterable[Row]) -> None:
    """Store rows that a filler of the pattern with these varying columns made."""
    quoted = connection.ops.quote_name
    columns = [quoted(one.column) for one in _fields(pattern, varying)]
    marks = ", ".join(["%s"] * len(columns))
    into = f"INSERT INTO {quoted(pattern._meta.db_table)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(into, list(rows))


def next_id(model: type[models.Model]) -> int:
    newest = model._default_manager.aggregate(newest=models.Max("pk"))["newest"]
    return int(newest or 0) + 1


def count_on(*tables: type[models.Model]) -> None:
    """Let the database give the ids after those that were written into these tables."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(sql)


def _fields(pattern: models.Model, varying: Iterable[str]) -> list[Any]:
    """The columns but an id that the database gives."""
    named = set(varying)
    fields = pattern._meta.concrete_fields
    return [one for one in fields if not one.primary_key or one.attname in named]
