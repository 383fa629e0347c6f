"""The index's rows by plain SQL, the same on SQLite and PostgreSQL.

A lookup asks ten queries and saving a guide touches hundreds of rows: making an object of each row
and each query out of models took longer than the database needs to answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

Row = tuple[Any, ...]
# SQLite takes 32,766 values with one statement.
_ROWS_AT_ONCE, _KEYS_AT_ONCE = 2000, 10_000


def fetch(sql: str, *values: Any) -> list[Row]:
    """All rows; for each `%s` a value, or for `IN %s` a list: none are in an empty one."""
    if [] in values:
        return []
    marks = tuple(_marks(len(one)) if isinstance(one, list) else "%s" for one in values)
    flat = [each for one in values for each in (one if isinstance(one, list) else [one])]
    with connection.cursor() as cursor:
        cursor.execute(sql % marks, flat)
        return list(cursor.fetchall())


def _marks(count: int) -> str:
    return f"({', '.join(['%s'] * count)})"


@dataclass(frozen=True, slots=True)
class Table:
    """One of the index's tables; `columns` are all of a row, the first ones are its `key`."""

    name: str
    columns: tuple[str, ...]
    key: int = 1

    def insert(self, rows: Iterable[Row]) -> None:
        self._store(rows, "")

    def add(self, rows: Iterable[Row]) -> None:
        """Those whose key is not there yet."""
        self._store(rows, "ON CONFLICT DO NOTHING")

    def put(self, rows: Iterable[Row]) -> None:
        """Over those with the same key."""
        key, rest = self.columns[: self.key], self.columns[self.key :]
        changes = ", ".join(f"{column} = excluded.{column}" for column in rest)
        self._store(rows, f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}")

    def _store(self, rows: Iterable[Row], conflict: str) -> None:
        columns = ", ".join(self.columns)
        into = f"INSERT INTO {self.name} ({columns}) VALUES "  # noqa: S608 - our own names
        one = _marks(len(self.columns))
        with connection.cursor() as cursor:
            for batch in chunks(rows, _ROWS_AT_ONCE):
                if connection.vendor == "sqlite":
                    cursor.executemany(f"{into}{one} {conflict}", batch)
                    continue
                # Statements one by one would each wait for their answer.
                marks = ", ".join([one] * len(batch))
                values = [value for row in batch for value in row]
                cursor.execute(f"{into}{marks} {conflict}", values)

    def delete(self, column: str, values: Sequence[int], *, where: str = "") -> None:
        """Rows with one of these values in the column; `where` says more of them."""
        start = f"DELETE FROM {self.name} WHERE {where}{column} IN "  # noqa: S608 - our own names
        with connection.cursor() as cursor:
            for batch in chunks(values, _KEYS_AT_ONCE):
                cursor.execute(start + _marks(len(batch)), batch)

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name}")  # noqa: S608 - our own name


def chunks(ones: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(ones)
    while chunk := list(islice(rest, size)):
        yield chunk


TERM = Table("kb_indexterm", ("id", "guides", "postings"))
BLOCK = Table("kb_postingblock", ("term", "block", "postings"), key=2)
GUIDE = Table("kb_indexedguide", ("guide_id", "terms", "causes", "details"))
SIGN = Table("kb_sign", ("term", "anchor", "needs", "text", "is_pattern"))
ALL = (TERM, BLOCK, GUIDE, SIGN)
