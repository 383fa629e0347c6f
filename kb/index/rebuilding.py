"""The whole index anew from the guides: after a new version of the program, or on request."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from django.db import models, transaction

from kb.index.entries import entries
from kb.index.lists import RARE, blocks_of
from kb.index.packing import GUIDES, pack
from kb.index.rows import Stored, stored_of
from kb.index.state import current_version, lock
from kb.index.writing import READ
from kb.models import Guide, IndexedGuide, IndexTerm, PostingBlock, Sign

_CHUNK = 500
# A posting while it waits in memory: the guide's id, then 16 bits of impact.
_IMPACT_BITS = 16

_One = TypeVar("_One")
Lists = Mapping[int, "array[int]"]


@transaction.atomic
def rebuild() -> int:
    """Write the index of all published guides; answers how many those are.

    Whoever saves a guide meanwhile waits; whoever looks something up finds what stood before.
    All postings are in memory until the end, eight bytes each.
    """
    state = lock()
    for model in (IndexedGuide, IndexTerm, PostingBlock, Sign):
        _empty(model)
    lists, state.guides = _read_guides()
    _write_lists(lists)
    state.version = current_version()
    state.save()
    return state.guides


def _empty(model: type[models.Model]) -> None:
    """All rows gone at once: nobody asks which postings went with which guide."""
    rows = model._default_manager.all()
    rows._raw_delete(rows.db)


def _read_guides() -> tuple[Lists, int]:
    """Write each guide's own row and its signs; answers the postings by term."""
    lists: dict[int, array[int]] = defaultdict(lambda: array("Q"))
    count = 0
    for guides in _chunks(_stored_guides(), _CHUNK):
        for one in guides:
            guide = one.row.pk << _IMPACT_BITS
            for term, impact in one.impacts.items():
                lists[term].append(guide | impact)
        IndexedGuide.objects.bulk_create([one.row for one in guides])
        signs = [sign for one in guides for sign in one.signs.values()]
        Sign.objects.bulk_create(signs, ignore_conflicts=True)
        count += len(guides)
    return lists, count


def _stored_guides() -> Iterator[Stored]:
    published = Guide.objects.published().order_by("pk").prefetch_related(*READ)
    for guide in published.iterator(chunk_size=_CHUNK):
        yield stored_of(guide.pk, entries(guide))


def _write_lists(lists: Lists) -> None:
    for numbers in _chunks(sorted(lists), 10 * _CHUNK):
        terms, blocks = [], []
        for number in numbers:
            impacts = _unfolded(lists[number])
            rare = len(impacts) <= RARE
            packed = pack(impacts, GUIDES) if rare else b""
            terms.append(IndexTerm(id=number, guides=len(impacts), postings=packed))
            blocks += [] if rare else blocks_of(number, impacts)
        IndexTerm.objects.bulk_create(terms)
        PostingBlock.objects.bulk_create(blocks)


def _unfolded(postings: Iterable[int]) -> dict[int, int]:
    mask = (1 << _IMPACT_BITS) - 1
    return {one >> _IMPACT_BITS: one & mask for one in postings}


def _chunks(ones: Iterable[_One], size: int) -> Iterator[list[_One]]:
    rest = iter(ones)
    while chunk := list(islice(rest, size)):
        yield chunk
