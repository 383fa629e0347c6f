"""The whole index anew from the guides: after a new version of the program, or on request."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction

from kb.index import tables
from kb.index.analysing import analysed
from kb.index.lists import BLOCK, RARE, BlockRow
from kb.index.packing import GUIDES, LOW, TERMS, pack_rising, unpack
from kb.index.state import current_version, lock

# A posting while it waits in memory: the guide's id, then 16 bits of impact.
_IMPACT_BITS = 16
_IMPACT_MASK = (1 << _IMPACT_BITS) - 1
_TERMS_AT_ONCE = 5000

Lists = Mapping[int, "array[int]"]


@transaction.atomic
def rebuild() -> int:
    """Write the index of all published guides; answers how many those are.

    Whoever saves a guide meanwhile waits; whoever looks something up finds what stood before.
    All postings are in memory until the end, eight bytes each.
    """
    state = lock()
    for table in tables.ALL:
        table.clear()
    lists, state.guides = _read_guides()
    _write_lists(lists)
    state.version = current_version()
    state.save()
    return state.guides


def _read_guides() -> tuple[Lists, int]:
    """Write each guide's own row and its signs; answers the postings by term, by rising guide."""
    lists: dict[int, array[int]] = defaultdict(lambda: array("Q"))
    count = 0
    for guides, signs in analysed():
        tables.GUIDE.insert(guides)
        tables.SIGN.add(signs)
        for guide, terms, *_ in guides:
            high = guide << _IMPACT_BITS
            for term, impact in zip(*unpack(terms, TERMS), strict=True):
                lists[term].append(high | impact)
        count += len(guides)
    return lists, count


def _write_lists(lists: Lists) -> None:
    for numbers in tables.chunks(sorted(lists), _TERMS_AT_ONCE):
        tables.TERM.insert(
            (number, len(lists[number]), _packed(lists[number])) for number in numbers
        )
        common = (number for number in numbers if len(lists[number]) > RARE)
        tables.BLOCK.insert(block for number in common for block in _blocks(number, lists[number]))


def _packed(postings: "array[int]") -> bytes:
    """The postings of a rare term; a common one's are in its blocks."""
    return _pack(postings, GUIDES, 0) if len(postings) <= RARE else b""


def _blocks(number: int, postings: "array[int]") -> Iterator[BlockRow]:
    start = 0
    while start < len(postings):
        block = (postings[start] >> _IMPACT_BITS) // BLOCK
        end = bisect_left(postings, (block + 1) * BLOCK << _IMPACT_BITS, start)
        yield number, block, _pack(postings[start:end], LOW, block * BLOCK)
        start = end


def _pack(postings: Iterable[int], numbers: str, first: int) -> bytes:
    """`first`: the id that the numbers are counted from."""
    postings = list(postings)
    guides = [(one >> _IMPACT_BITS) - first for one in postings]
    return pack_rising(guides, [one & _IMPACT_MASK for one in postings], numbers)
