"""All the index holds, as one value to compare."""

from typing import Any

from kb import index
from kb.models import IndexedGuide, IndexState, IndexTerm, PostingBlock, Sign

TABLES = {
    IndexTerm: ("id", "guides", "postings"),
    PostingBlock: ("term", "block", "postings"),
    IndexedGuide: ("guide_id", "terms", "causes", "details"),
    Sign: ("term", "anchor", "needs", "text", "is_pattern"),
}


def contents() -> dict[str, list[tuple[Any, ...]]]:
    count = sum(IndexState.objects.values_list("guides", flat=True))
    return {"guides": [(count,)]} | {
        model.__name__: sorted(
            (tuple(map(_plain, row)) for row in model.objects.values_list(*columns)), key=repr
        )
        for model, columns in TABLES.items()
    }


def rebuilt() -> dict[str, list[tuple[Any, ...]]]:
    """What the index would hold if it were made anew from the guides."""
    index.rebuild()
    return contents()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
