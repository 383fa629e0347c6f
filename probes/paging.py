"""Pages of long lists, newest first: where one goes on is a place in an index, never a count.

A numbered page counts every row and walks over all that come before it. These pages ask for one
row more than they show: the thousandth page costs what the first one does, and rows that arrive
meanwhile move nothing. `templates/parts/pages.html` draws the links of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class NewestFirst(Generic[Row]):
    """One page of rows. `older` is the `?before=` of the next one, None on the last."""

    rows: Sequence[Row]
    older: int | None
    is_first: bool


def newest_first(
    rows: QuerySet[Row], asked: QueryDict, *, size: int, by: str = "pk"
) -> NewestFirst[Row]:
    """The page after the row that `?before=<its pk>` names; the first one where it names none.

    `by` is a column that is never null; rows of the same value follow one another by their pk.
    An index on it (and on what the rows are narrowed by) is what keeps a late page quick.
    """
    last = _place(rows, asked.get("before", ""), by)
    left = rows if last is None else rows.filter(_after(last, by))
    found = list(left.order_by(*dict.fromkeys((f"-{by}", "-pk")))[: size + 1])
    return NewestFirst(
        rows=found[:size],
        older=found[size - 1].pk if len(found) > size else None,
        is_first=last is None,
    )


def _place(rows: QuerySet[Row], before: str, by: str) -> tuple[object, int] | None:
    """Where to go on. The row may have left the narrowed list, so it is looked up in all."""
    # Beyond nineteen digits a number is no key, and some databases refuse to compare it.
    if not (before.isascii() and before.isdigit() and len(before) < 19):
        return None
    if by == "pk":
        return int(before), int(before)
    return rows.model._default_manager.filter(pk=int(before)).values_list(by, "pk").first()


def _after(last: tuple[object, int], by: str) -> Q:
    value, number = last
    if by == "pk":
        return Q(pk__lt=number)
    # The first condition says nothing new: it is the one that a database finds in an index.
    return Q(**{f"{by}__lte": value}) & (Q(**{f"{by}__lt": value}) | Q(pk__lt=number))
