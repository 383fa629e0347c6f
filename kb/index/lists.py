"""Which guides have a term: one guide's part of many terms' postings, changed at once.

A rare term's postings are one row with the term. A common term has a row for each stretch of
guide ids, so that saving a guide rewrites little. Which of the two is decided by the number of
guides alone: the same guides make the same rows, in whatever order they were saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.index import tables
from kb.index.packing import GUIDES, LOW, Packed, pack, unpacked, with_one, without_one

# A rare term has at most so many guides.
RARE = 256
# So many guide ids are one block.
BLOCK = 8192

# As it is written: a common term, the number of one of its blocks, the postings there.
BlockRow = tuple[int, int, Packed]


def change(guide: int, put: Mapping[int, int], gone: Iterable[int]) -> None:
    """Write these impacts of the guide, new or changed, and take it out of the terms `gone`."""
    gone = frozenset(gone)
    if put or gone:
        Change(guide, put, gone).write()


@dataclass(slots=True)
class _Term:
    """`counted` is how many guides had it; `block`, of a common term, the postings nearby."""

    number: int
    counted: int = 0
    postings: Packed = b""
    block: Packed = b""
    guides: int = 0

    def __post_init__(self) -> None:
        self.guides = self.counted

    @property
    def was_common(self) -> bool:
        return self.counted > RARE

    @property
    def is_common(self) -> bool:
        return self.guides > RARE


class Change:
    """The rows that one guide's change touches, read, changed and written together."""

    def __init__(self, guide: int, put: Mapping[int, int], gone: frozenset[int]) -> None:
        self.put, self.gone = put, gone
        self.guide, self.block = guide, guide // BLOCK
        numbers = sorted(gone.union(put))
        self.terms = {number: _Term(number) for number in numbers}
        self.terms |= {row[0]: _Term(*row) for row in _read(self.block, numbers)}

    def write(self) -> None:
        for term in self.terms.values():
            self._change(term)
        self._move_grown([term for term in self._all if term.is_common and not term.was_common])
        self._move_shrunk([term for term in self._all if term.was_common and not term.is_common])
        self._save_terms()
        self._save_blocks([term for term in self._all if term.was_common and term.is_common])

    @property
    def _all(self) -> Iterable[_Term]:
        return self.terms.values()

    def _change(self, term: _Term) -> None:
        if term.was_common:
            place = self.guide % BLOCK
            term.block, by = self._changed(term.block, LOW, place, term.number)
        else:
            term.postings, by = self._changed(term.postings, GUIDES, self.guide, term.number)
        term.guides += by

    def _changed(self, packed: Packed, code: str, place: int, number: int) -> tuple[Packed, int]:
        if number in self.put:
            return with_one(packed, code, place, self.put[number])
        rest, by = without_one(packed, code, place)
        return rest, -by

    def _move_grown(self, terms: Iterable[_Term]) -> None:
        """What was rare is common now: into blocks."""
        for term in terms:
            tables.BLOCK.insert(blocks_of(term.number, unpacked(term.postings, GUIDES)))
            term.postings = b""

    def _move_shrunk(self, terms: Iterable[_Term]) -> None:
        """What was common is rare now: out of its blocks, the one changed here included."""
        numbers = [term.number for term in terms]
        impacts: dict[int, dict[int, int]] = defaultdict(dict)
        for number, block, postings in _all_blocks(numbers):
            changed = self.terms[number].block if block == self.block else postings
            for place, impact in unpacked(changed, LOW).items():
                impacts[number][block * BLOCK + place] = impact
        for number in numbers:
            self.terms[number].postings = pack(impacts[number], GUIDES)
        tables.BLOCK.delete("term", numbers)

    def _save_terms(self) -> None:
        """A common term's row says how many guides have it, and nothing else that can change."""
        touched = [one for one in self._all if not one.is_common or one.guides != one.counted]
        tables.TERM.put((one.number, one.guides, one.postings) for one in touched if one.guides)
        # Terms that no guide has any more.
        unused = [one.number for one in touched if not one.guides]
        tables.TERM.delete("id", unused)
        tables.SIGN.delete("term", unused)

    def _save_blocks(self, terms: list[_Term]) -> None:
        tables.BLOCK.put((one.number, self.block, one.block) for one in terms if one.block)
        empty = [one.number for one in terms if not one.block]
        tables.BLOCK.delete("term", empty, where=f"block = {self.block} AND ")


def _read(block: int, numbers: list[int]) -> Iterator[tuple[int, int, Packed, Packed]]:
    """These terms with their postings, those of a common one in this block."""
    sql = (
        "SELECT id, guides, kb_indexterm.postings, kb_postingblock.postings FROM kb_indexterm"
        " LEFT JOIN kb_postingblock ON term = id AND block = %s WHERE id IN %s"
    )
    for number, guides, postings, nearby in tables.fetch(sql, block, numbers):
        yield number, guides, postings, nearby or b""


def _all_blocks(numbers: list[int]) -> list[BlockRow]:
    sql = "SELECT term, block, postings FROM kb_postingblock WHERE term IN %s"
    return tables.fetch(sql, numbers)


def blocks_of(term: int, impacts: Mapping[int, int]) -> list[BlockRow]:
    """A common term's rows; `impacts` by guide id."""
    blocks: dict[int, dict[int, int]] = defaultdict(dict)
    for guide, impact in impacts.items():
        blocks[guide // BLOCK][guide % BLOCK] = impact
    return [(term, block, pack(own, LOW)) for block, own in blocks.items()]
