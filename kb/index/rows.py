"""A guide's entries as they are stored, and as scoring reads them back."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kb.index import packing
from kb.index.entries import Entries
from kb.index.packing import PLACES, TERMS, Packed, term_id
from kb.matching.candidate import AuthoredSymptom
from kb.matching.impacts import FULL_IMPACT
from kb.matching.literals import literal_of
from kb.matching.phrases import ALWAYS, anchor, needed
from kb.models import IndexedGuide, Sign

_PHRASE, _PATTERN = '"', "~"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """All that is stored of one guide. `impacts`, by term number, is what its postings say."""

    row: IndexedGuide
    impacts: Mapping[int, int]
    signs: Mapping[int, Sign]


def stored_of(guide_id: int, said: Entries) -> Stored:
    numbers = {term: term_id(term) for term in said.terms}
    signs = {sign.term: sign for sign in _signs(said.symptoms)}
    impacts = {numbers[term]: impact for term, impact in said.terms.items()}
    impacts |= dict.fromkeys(signs, FULL_IMPACT)
    place = {number: at for at, number in enumerate(sorted(impacts))}
    causes = [
        {place[numbers[term]]: impact for term, impact in own.items()}
        for own in said.causes.values()
    ]
    row = IndexedGuide(
        guide_id=guide_id,
        terms=packing.pack(impacts, TERMS),
        causes=packing.pack_all(causes, PLACES),
        details=_details(said),
    )
    return Stored(row=row, impacts=impacts, signs=signs)


def _signs(symptoms: Iterable[AuthoredSymptom]) -> Iterable[Sign]:
    phrases = (_phrase(phrase) for one in symptoms for phrase in one.phrases if phrase.strip())
    return chain(phrases, (_pattern(one.pattern) for one in symptoms if one.pattern))


def _phrase(phrase: str) -> Sign:
    return Sign(
        term=term_id(_PHRASE + phrase),
        anchor=anchor(phrase),
        needs="\n".join(needed(phrase)),
        text=phrase,
    )


def _pattern(pattern: str) -> Sign:
    return Sign(
        term=term_id(_PATTERN + pattern),
        anchor=ALWAYS,
        needs=literal_of(pattern),
        text=pattern,
        is_pattern=True,
    )


def _details(said: Entries) -> dict[str, Any]:
    return {
        "marks": sorted(said.marks),
        "causes": list(said.causes),
        "symptoms": [
            [one.symptom_id, one.slug, list(one.phrases), one.pattern, one.says]
            for one in said.symptoms
        ],
    }


def symptoms_in(details: Mapping[str, Any]) -> tuple[AuthoredSymptom, ...]:
    return tuple(
        AuthoredSymptom(
            symptom_id=number, slug=slug, phrases=tuple(phrases), pattern=pattern, says=says
        )
        for number, slug, phrases, pattern, says in details["symptoms"]
    )


def impacts_in(terms: Packed, wanted: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Of the wanted terms those that the guide has: its place among the guide's, its impact."""
    numbers, impacts = packing.unpack(terms, TERMS)
    found = {}
    for number in wanted:
        at = bisect_left(numbers, number)
        if at < len(numbers) and numbers[at] == number:
            found[number] = (at, impacts[at])
    return found


def causes_in(
    causes: Packed, slugs: Iterable[str], keys: Mapping[int, str]
) -> dict[str, dict[str, int]]:
    """By cause that has any of the keys, their impacts; a key is named by its place in the guide."""
    found = {}
    for slug, packed in zip(slugs, packing.unpack_all(causes), strict=True):
        pairs = zip(*packing.unpack(packed, PLACES), strict=True)
        if own := {keys[place]: impact for place, impact in pairs if place in keys}:
            found[slug] = own
    return found
