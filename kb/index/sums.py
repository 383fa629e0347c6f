"""What each guide has been given so far while terms are summed up."""

from collections import defaultdict
from collections.abc import Iterable

from kb.index.lists import BLOCK
from kb.index.packing import GUIDES, LOW, Packed, unpack

# Enough guides to tell from what the last wanted one has at least.
_SOME = 500


class Sums:
    """One number per guide id, in stretches as long as a block: adding to one is an index.

    `some` are guides of the lists that were added first.
    """

    def __init__(self) -> None:
        self._stretches: dict[int, list[int]] = defaultdict(lambda: [0] * BLOCK)
        self.some: dict[int, None] = {}

    def add_rare(self, postings: Packed, worth: int) -> None:
        guides, impacts = unpack(postings, GUIDES)
        self._remember(guides)
        for guide, impact in zip(guides, impacts, strict=True):
            self._stretches[guide // BLOCK][guide % BLOCK] += worth * impact

    def add_block(self, block: int, postings: Packed, worth: int) -> None:
        places, impacts = unpack(postings, LOW)
        self._remember(block * BLOCK + place for place in places)
        stretch = self._stretches[block]
        for place, impact in zip(places, impacts, strict=True):
            stretch[place] += worth * impact

    def _remember(self, guides: Iterable[int]) -> None:
        if len(self.some) < _SOME:
            self.some.update(dict.fromkeys(guides))

    def of(self, guides: Iterable[int]) -> dict[int, int]:
        return {guide: self._stretches[guide // BLOCK][guide % BLOCK] for guide in guides}

    def at_least(self, bound: int) -> dict[int, int]:
        """The guides that have so much; `bound` is above zero."""
        return {
            block * BLOCK + place: given
            for block, stretch in self._stretches.items()
            for place, given in enumerate(stretch)
            if given >= bound
        }
