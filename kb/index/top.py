"""The guides with the highest sums, exactly, without reading what cannot change the answer.

MaxScore (Turtle and Flood 1995), a term at a time: the weightiest terms are summed up first.
Once what the others could add together is less than what the last wanted guide has already, no
further guide can come in. Then the others are asked only for the guides that can still be among
the wanted ones, of those guides' own terms.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice

from kb.index.lists import BLOCK
from kb.index.packing import GUIDES, LOW, Packed, unpack
from kb.index.rows import impacts_in
from kb.matching.impacts import FULL_IMPACT
from kb.models import IndexedGuide, PostingBlock

# Common terms that are read with one query.
_AT_ONCE = 8
# Guides whose own terms are read rather than more postings.
_FEW = 200

Sums = dict[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A term that some guide has: what it is worth, and its postings where it is rare."""

    term: int
    worth: int
    postings: Packed

    @property
    def most(self) -> int:
        """What it can add to a guide's sum."""
        return self.worth * FULL_IMPACT


def highest(asked: Iterable[Asked], wanted: int) -> list[int]:
    """The ids of the guides with the highest sum of worth times impact; the lower id before."""
    rest = sorted(asked, key=lambda one: (-one.most, one.term))
    sums: Sums = defaultdict(int)
    while rest:
        now, rest = _next(rest)
        _add(sums, now)
        left = sum(one.most for one in rest)
        if rest and (contenders := _contenders(sums, left, wanted)) is not None:
            sums = _completed(contenders, rest)
            rest = []
    return sorted(sums, key=lambda guide: (-sums[guide], guide))[:wanted]


def _next(rest: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """The terms to read now, up to so many common ones; and the others."""
    common = (at for at, one in enumerate(rest) if not one.postings)
    end = next(islice(common, _AT_ONCE, None), len(rest))
    return list(rest[:end]), list(rest[end:])


def _add(sums: Sums, asked: Sequence[Asked]) -> None:
    for one in asked:
        if one.postings:
            for guide, impact in zip(*unpack(one.postings, GUIDES), strict=True):
                sums[guide] += one.worth * impact
    worth = {one.term: one.worth for one in asked if not one.postings}
    for term, block, postings in _blocks(worth):
        start, value = block * BLOCK, worth[term]
        for low, impact in zip(*unpack(postings, LOW), strict=True):
            sums[start + low] += value * impact


def _blocks(worth: Mapping[int, int]) -> Iterator[tuple[int, int, Packed]]:
    if worth:
        rows = PostingBlock.objects.filter(term__in=list(worth)).order_by()
        yield from rows.values_list("term", "block", "postings").iterator()


def _contenders(sums: Sums, left: int, wanted: int) -> Sums | None:
    """The guides that can still be among the wanted; None where those are too many, or unknown."""
    best = nlargest(wanted, sums.values())
    if len(best) < wanted or left >= best[-1]:
        return None
    contenders = {guide: at for guide, at in sums.items() if at + left >= best[-1]}
    return contenders if len(contenders) <= _FEW else None


def _completed(contenders: Sums, rest: Sequence[Asked]) -> Sums:
    """Their whole sums, by their own terms."""
    worth = {one.term: one.worth for one in rest}
    sums = dict(contenders)
    for guide, terms in _own_terms(contenders):
        found = impacts_in(terms, worth)
        sums[guide] += sum(worth[term] * impact for term, (_place, impact) in found.items())
    return sums


def _own_terms(guides: Iterable[int]) -> Iterator[tuple[int, Packed]]:
    rows = IndexedGuide.objects.filter(pk__in=list(guides)).order_by()
    yield from rows.values_list("pk", "terms")
