"""Two lists of entries: what came, what went, and what changed in those that stayed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.difference import Span, word_difference
from kb.services.guides.difference.items import Item, Section

Kind = Literal["added", "removed", "changed"]
Texts = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FactChange:
    """A fact before and after. `spans` compares them by the word where each is one text."""

    label: str
    gone: Texts = ()
    new: Texts = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemChange:
    """An entry that came, went or changed, under its newest name."""

    kind: Kind
    name: str
    facts: tuple[FactChange, ...]


@dataclass(frozen=True, kw_only=True)
class SectionChange:
    """What changed among the entries of a sort; empty where nothing did."""

    section: Section
    changes: tuple[ItemChange, ...]
    is_reordered: bool

    def __bool__(self) -> bool:
        return bool(self.changes) or self.is_reordered

    def count(self, kind: Kind) -> int:
        return sum(change.kind == kind for change in self.changes)


def section_change(before: Section, after: Section) -> SectionChange:
    """Entries are the same ones by their slug, whatever they are called."""
    old = {item.key: item for item in before.items}
    new = {item.key: item for item in after.items}
    stayed = [key for key in old if key in new]
    return SectionChange(
        section=after,
        changes=tuple(_changes(old, new)),
        is_reordered=stayed != [key for key in new if key in old],
    )


def _changes(old: Mapping[str, Item], new: Mapping[str, Item]) -> Iterator[ItemChange]:
    for key, item in new.items():
        if key not in old:
            yield ItemChange(kind="added", name=item.name, facts=_facts({}, item.facts))
        elif facts := _facts(old[key].facts, item.facts):
            yield ItemChange(kind="changed", name=item.name, facts=facts)
    for key, item in old.items():
        if key not in new:
            yield ItemChange(kind="removed", name=item.name, facts=_facts(item.facts, {}))


def _facts(old: Mapping[str, Texts], new: Mapping[str, Texts]) -> tuple[FactChange, ...]:
    labels = dict.fromkeys([*new, *old])
    return tuple(
        _fact(label, old.get(label, ()), new.get(label, ()))
        for label in labels
        if old.get(label, ()) != new.get(label, ())
    )


def _fact(label: str, old: Texts, new: Texts) -> FactChange:
    gone, came = _without(old, new), _without(new, old)
    if len(gone) == len(came) == 1:
        return FactChange(label=label, spans=tuple(word_difference(gone[0], came[0])))
    if not gone and not came:
        # The same texts in another order, or one of them twice.
        return FactChange(label=label, gone=old, new=new)
    return FactChange(label=label, gone=gone, new=came)


def _without(texts: Sequence[str], others: Sequence[str]) -> Texts:
    return tuple(text for text in texts if text not in others)
