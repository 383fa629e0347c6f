"""Texts that ask for the same: near-identical by what identifies them, or by their words."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb.matching.identity import identifiers
from kb.matching.values import Analysis

_Key = TypeVar("_Key", bound=Hashable)

# Of what either of two texts says, so much has to be in both.
LEAST_COMMON = 0.6
# What names one problem by itself. An exception, a constant or a container is in many.
_NAMES_IT = frozenset({"module", "alert"})
# Where it was asked differs from text to text.
_VARYING = frozenset({"host", "port"})
_WORDS = frozenset({"word", "syllables", "identifier"})


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a text is recognised by: what names its problem, where something does; else its words."""

    terms: frozenset[str]
    is_named: bool = False

    def in_common(self, other: "Signature") -> float:
        return self.likeness(other, shared=len(self.terms & other.terms))

    def likeness(self, other: "Signature", *, shared: int) -> float:
        """The share of either's terms that both have (Jaccard); 0 between a name and words.

        `shared` is how many terms both have.
        """
        if self.is_named != other.is_named or not shared:
            return 0.0
        return shared / (len(self.terms) + len(other.terms) - shared)


@dataclass(kw_only=True)
class Group(Generic[_Key]):
    """Texts with one demand. The first stays its founder, whatever joins."""

    founder: _Key
    members: list[_Key]


def signature_of(analysis: Analysis) -> Signature:
    found = identifiers(analysis)
    if names := frozenset(one.term for one in found if one.type in _NAMES_IT):
        return Signature(terms=names, is_named=True)
    facts = {one.term for one in found if one.type not in _VARYING}
    words = {term.key for term in analysis.terms if term.kind in _WORDS}
    return Signature(terms=frozenset(words | facts))


def grouped(texts: Sequence[tuple[_Key, Signature]]) -> list[Group[_Key]]:
    """Each text joins the founder that it has most in common with, or founds a group.

    Texts come oldest first: a new one changes no group that there is, and the same texts give
    the same groups. Compared is with founders alone, so nothing drifts from link to link.
    """
    groups: list[Group[_Key]] = []
    founders: dict[str, list[int]] = {}
    signatures: list[Signature] = []
    for key, signature in texts:
        # How many terms each founder shares: counted, since a common word is in hundreds of them.
        shared = Counter(place for term in signature.terms for place in founders.get(term, ()))
        likeness = [
            (signature.likeness(signatures[place], shared=count), -place)
            for place, count in shared.items()
        ]
        common, minus = max(likeness, default=(0.0, 0))
        if common >= LEAST_COMMON:
            groups[-minus].members.append(key)
            continue
        for term in signature.terms:
            founders.setdefault(term, []).append(len(groups))
        signatures.append(signature)
        groups.append(Group(founder=key, members=[key]))
    return groups
