"""A file of an import beside what is stored: whether it changes anything, and what."""

import difflib
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from kb.difference import Fold, folded_lines, word_difference

Draft = TypeVar("Draft")


@dataclass(frozen=True, kw_only=True)
class FileItem(Generic[Draft]):
    """What one file holds; `before` is the same as it is stored, None where it is new."""

    file: str
    before: Draft | None
    draft: Draft

    @property
    def state(self) -> str:
        if self.before is None:
            return "created"
        return "unchanged" if self.before == self.draft else "changed"

    @cached_property
    def diff(self) -> str:
        """A unified difference from what is stored; empty when nothing would change."""
        before = self._written(self.before) if self.before else ""
        return difference(before, self._written(self.draft))

    @cached_property
    def folds(self) -> list[Fold]:
        """The same word by word, as stretches that are shown or folded away."""
        before = self._written(self.before) if self.before else ""
        return folded_lines(word_difference(before, self._written(self.draft)))

    @property
    def written(self) -> str:
        return self._written(self.draft)

    @abstractmethod
    def _written(self, draft: Draft) -> str:
        """The file that says this draft."""


def difference(before: str, after: str) -> str:
    """A unified difference of two files, without its header; empty when they are the same."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])
