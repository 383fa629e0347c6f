"""Which guides have a term: one guide's part of many terms' postings, changed at once.

A rare term's postings are one row with the term. A common term has a row for each stretch of
guide ids, so that saving a guide rewrites little. Which of the two is decided by the number of
guides alone: the same guides make the same rows, in whatever order they were saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kb.index.packing import GUIDES, LOW, Packed, pack, unpacked, with_one, without_one
from kb.models import IndexTerm, PostingBlock, Sign

# A rare term has at most so many guides.
RARE = 256
# So many guide ids are one block.
BLOCK = 8192
_BATCH = 2000


def change(guide: int, put: Mapping[int, int], gone: Iterable[int]) -> None:
    """Write these impacts of the guide, new or changed, and take it out of the terms `gone`."""
    Change(guide, put, frozenset(gone)).write()


class Change:
    """The rows that one guide's change touches, read, changed and written together."""

    def __init__(self, guide: int, put: Mapping[int, int], gone: frozenset[int]) -> None:
        self.guide, self.put, self.gone = guide, put, gone
        self.terms = IndexTerm.objects.in_bulk([*put, *gone])
        self.blocks = self._read_blocks()

    def _read_blocks(self) -> dict[int, PostingBlock]:
        common = [number for number, term in self.terms.items() if term.guides > RARE]
        rows = PostingBlock.objects.filter(block=self.guide // BLOCK, term__in=common)
        return {row.term: row for row in rows}

    def write(self) -> None:
        counts = {number: term.guides for number, term in self.terms.items()}
        for number in [*self.put, *self.gone]:
            self._change(number)
        touched = [
            term
            for number, term in self.terms.items()
            if term.guides <= RARE or counts.get(number) != term.guides
        ]
        self._move_grown([term for term in touched if term.guides > RARE and term.postings])
        self._move_shrunk([t for t in touched if t.guides <= RARE < counts.get(t.pk, 0)])
        _save_terms([term for term in touched if term.guides])
        _forget([term.pk for term in touched if not term.guides])
        self._save_blocks()

    def _change(self, number: int) -> None:
        term = self.terms.setdefault(number, IndexTerm(id=number, guides=0, postings=b""))
        if term.guides > RARE:
            row = self.blocks.setdefault(number, self._empty_block(number))
            row.postings, by = self._changed(row.postings, LOW, self.guide % BLOCK, number)
        else:
            term.postings, by = self._changed(term.postings, GUIDES, self.guide, number)
        term.guides += by

    def _changed(self, packed: Packed, code: str, place: int, number: int) -> tuple[Packed, int]:
        if number in self.put:
            return with_one(packed, code, place, self.put[number])
        rest, by = without_one(packed, code, place)
        return rest, -by

    def _empty_block(self, number: int) -> PostingBlock:
        return PostingBlock(term=number, block=self.guide // BLOCK, postings=b"")

    def _move_grown(self, terms: Iterable[IndexTerm]) -> None:
        """What was rare is common now: into blocks."""
        rows = []
        for term in terms:
            rows += blocks_of(term.pk, unpacked(term.postings, GUIDES))
            term.postings = b""
        PostingBlock.objects.bulk_create(rows, batch_size=_BATCH)

    def _move_shrunk(self, terms: list[IndexTerm]) -> None:
        """What was common is rare now: out of its blocks, the one changed here included."""
        impacts: dict[int, dict[int, int]] = defaultdict(dict)
        for row in PostingBlock.objects.filter(term__in=[term.pk for term in terms]):
            changed = self.blocks[row.term] if row.block == self.guide // BLOCK else row
            low = unpacked(changed.postings, LOW)
            start = row.block * BLOCK
            impacts[row.term] |= {start + place: impact for place, impact in low.items()}
        for term in terms:
            term.postings = pack(impacts[term.pk], GUIDES)
            del self.blocks[term.pk]
        PostingBlock.objects.filter(term__in=[term.pk for term in terms]).delete()

    def _save_blocks(self) -> None:
        PostingBlock.objects.bulk_create(
            [row for row in self.blocks.values() if row.postings],
            update_conflicts=True,
            unique_fields=["term", "block"],
            update_fields=["postings"],
            batch_size=_BATCH,
        )
        if empty := [row.term for row in self.blocks.values() if not row.postings]:
            PostingBlock.objects.filter(block=self.guide // BLOCK, term__in=empty).delete()


def _save_terms(terms: list[IndexTerm]) -> None:
    IndexTerm.objects.bulk_create(
        terms,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["guides", "postings"],
        batch_size=_BATCH,
    )


def _forget(terms: list[int]) -> None:
    """Terms that no guide has any more."""
    if terms:
        IndexTerm.objects.filter(pk__in=terms).delete()
        Sign.objects.filter(pk__in=terms).delete()


def blocks_of(term: int, impacts: Mapping[int, int]) -> list[PostingBlock]:
    """A common term's rows; `impacts` by guide id."""
    blocks: dict[int, dict[int, int]] = defaultdict(dict)
    for guide, impact in impacts.items():
        blocks[guide // BLOCK][guide % BLOCK] = impact
    return [
        PostingBlock(term=term, block=block, postings=pack(own, LOW))
        for block, own in blocks.items()
    ]
