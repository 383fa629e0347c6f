"""Two versions of a guide side by side: the text by the word, everything else entry by entry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.difference import Fold, Kind, Span, folded_lines, word_difference
from kb.ingest import GuideDraft
from kb.services.guides.difference.changes import SectionChange, section_change
from kb.services.guides.difference.items import names_of, sections_of

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class GuideDifference:
    """`sections` holds those in which something changed. False where the two are the same."""

    body: tuple[Span, ...]
    sections: tuple[SectionChange, ...]

    def __bool__(self) -> bool:
        return self.is_reworded or bool(self.sections)

    @property
    def is_reworded(self) -> bool:
        return any(span.kind != "same" for span in self.body)

    @cached_property
    def folds(self) -> list[Fold]:
        return folded_lines(self.body)

    @property
    def words_new(self) -> int:
        return _words(self.body, "new")

    @property
    def words_gone(self) -> int:
        return _words(self.body, "gone")


def guide_difference(before: GuideDraft, after: GuideDraft) -> GuideDifference:
    """What someone would have to know who remembers `before` and now reads `after`."""
    names = names_of(before, after)
    pairs = zip(sections_of(before, names), sections_of(after, names), strict=True)
    changes = (section_change(old, new) for old, new in pairs)
    return GuideDifference(
        body=tuple(word_difference(before.body, after.body)),
        sections=tuple(change for change in changes if change),
    )


def _words(spans: Sequence[Span], kind: Kind) -> int:
    return sum(len(_WORD.findall(span.text)) for span in spans if span.kind == kind)
