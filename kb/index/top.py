"""The guides with the highest sums, exactly, without reading what cannot change the answer.

MaxScore (Turtle and Flood 1995), a term at a time: the weightiest terms are summed up first.
Once all others together can add less than what the last wanted guide has for sure, no further
guide can come in. Then, where that is less work, the others are asked only for the guides that
can still be among the wanted ones, of those guides' own rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import islice

from kb.index import tables
from kb.index.packing import Packed
from kb.index.rows import worth_in
from kb.index.sums import Sums
from kb.matching.impacts import FULL_IMPACT

# Common terms that are read with one query.
_AT_ONCE = 4
# Guides whose own rows are read with one query.
_ROWS_AT_ONCE = 100
# What reading a guide's own row costs, in postings; and looking for one term there.
_ROW_COSTS, _LOOK_COSTS = 150, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A term that `guides` guides have, what it is worth, and its postings where it is rare."""

    term: int
    worth: int
    guides: int
    postings: Packed

    @property
    def most(self) -> int:
        """What it can add to a guide's sum."""
        return self.worth * FULL_IMPACT


def highest(asked: Iterable[Asked], wanted: int) -> list[int]:
    """The ids of the guides with the highest sum of worth times impact; the lower id before."""
    rest = sorted(asked, key=lambda one: (-one.most, one.term))
    sums, sure = Sums(), 1
    whole: Mapping[int, int] = {}
    while rest:
        now, rest = _next(rest)
        _add(sums, now)
        whole = whole or _whole(sums, rest, wanted)
        sure = max(sure, _last(sums.of(sums.some), wanted), _last(whole, wanted))
        left = sum(one.most for one in rest)
        # Nearer than that, nearly every guide could still be among the wanted.
        if 2 * left < sure:
            contenders = sums.at_least(sure - left)
            if _is_less_work(_ROWS_AT_ONCE + len(contenders) // 4, rest):
                return _best(_completed_best(contenders, rest, wanted, whole), wanted)
    return _best(sums.at_least(sure), wanted)


def _next(rest: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """The terms to read now, up to so many common ones; and the others."""
    common = (at for at, one in enumerate(rest) if not one.postings)
    end = next(islice(common, _AT_ONCE, None), len(rest))
    return list(rest[:end]), list(rest[end:])


def _add(sums: Sums, asked: Sequence[Asked]) -> None:
    for one in asked:
        if one.postings:
            sums.add_rare(one.postings, one.worth)
    worth = {one.term: one.worth for one in asked if not one.postings}
    for term, block, postings in _blocks(worth):
        sums.add_block(block, postings, worth[term])


def _blocks(terms: Iterable[int]) -> Iterable[tuple[int, int, Packed]]:
    sql = "SELECT term, block, postings FROM kb_postingblock WHERE term IN %s"
    return tables.fetch(sql, list(terms))


def _whole(sums: Sums, rest: Sequence[Asked], wanted: int) -> dict[int, int]:
    """The likeliest, as many as are wanted, with what they have in the end.

    Their own rows are asked for what the terms in `rest` add, where that is little work.
    """
    given = sums.of(sums.some)
    if len(given) < wanted or not _is_less_work(wanted, rest):
        return {}
    best = sorted(given, key=given.__getitem__)[-wanted:]
    return _completed({guide: given[guide] for guide in best}, rest)


def _last(sums: Mapping[int, int], wanted: int) -> int:
    """The last wanted guide has no less; with fewer guides nothing is sure."""
    return sorted(sums.values())[-wanted] if len(sums) >= wanted else 1


def _is_less_work(guides: int, rest: Sequence[Asked]) -> bool:
    """Whether so many guides' own rows are read sooner than the rest of the postings."""
    return guides * (_ROW_COSTS + _LOOK_COSTS * len(rest)) < sum(one.guides for one in rest)


def _completed_best(
    contenders: Mapping[int, int], rest: Sequence[Asked], wanted: int, known: Mapping[int, int]
) -> dict[int, int]:
    """The whole sums of those that can be among the wanted, the likeliest first.

    With each batch it is surer what the last wanted guide has, and who cannot reach that.
    `known` are whole sums that need no reading.
    """
    left = sum(one.most for one in rest)
    likeliest = sorted(contenders.keys() - known.keys(), key=lambda guide: -contenders[guide])
    whole = {guide: given for guide, given in known.items() if given > 0}
    for start in range(0, len(likeliest), _ROWS_AT_ONCE):
        batch = likeliest[start : start + _ROWS_AT_ONCE]
        best = nlargest(wanted, whole.values())
        if len(best) == wanted and contenders[batch[0]] + left < best[-1]:
            break
        whole |= _completed({guide: contenders[guide] for guide in batch}, rest)
    return whole


def _completed(contenders: Mapping[int, int], rest: Sequence[Asked]) -> dict[int, int]:
    """Their whole sums, by their own rows."""
    worths = [(one.term, one.worth) for one in rest]
    return {
        guide: contenders[guide] + worth_in(terms, worths)
        for guide, terms in _own_terms(contenders)
    }


def _own_terms(guides: Iterable[int]) -> Iterable[tuple[int, Packed]]:
    sql = "SELECT guide_id, terms FROM kb_indexedguide WHERE guide_id IN %s"
    return tables.fetch(sql, list(guides))


def _best(sums: Mapping[int, int], wanted: int) -> list[int]:
    return nsmallest(wanted, sums, key=lambda guide: (-sums[guide], guide))
