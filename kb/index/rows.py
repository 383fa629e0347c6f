"""A guide's entries as they are stored, and as scoring reads them back."""

import json
from array import array
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

# A guide's own row as it is written: its id, terms, causes and details. And a sign's: the number of
# its term, anchor, what it needs, its text, whether it is a pattern.
GuideRow = tuple[int, bytes, bytes, str]
SignRow = tuple[int, str, str, str, bool]

_PHRASE, _PATTERN = '"', "~"
_ABOVE_ALL = 2**64 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """All that is stored of one guide. `impacts`, by term number, is what its postings say."""

    row: GuideRow
    impacts: Mapping[int, int]
    signs: Mapping[int, SignRow]


def stored_of(guide_id: int, said: Entries) -> Stored:
    numbers = {term: term_id(term) for term in said.terms}
    signs = {sign[0]: sign for sign in _signs(said.symptoms)}
    impacts = {numbers[term]: impact for term, impact in said.terms.items()}
    impacts |= dict.fromkeys(signs, FULL_IMPACT)
    place = {number: at for at, number in enumerate(sorted(impacts))}
    causes = [
        {place[numbers[term]]: impact for term, impact in own.items()}
        for own in said.causes.values()
    ]
    row = (
        guide_id,
        packing.pack(impacts, TERMS),
        packing.pack_all(causes, PLACES),
        json.dumps(_details(said)),
    )
    return Stored(row=row, impacts=impacts, signs=signs)


def _signs(symptoms: Iterable[AuthoredSymptom]) -> Iterable[SignRow]:
    phrases = (_phrase(phrase) for one in symptoms for phrase in one.phrases if phrase.strip())
    return chain(phrases, (_pattern(one.pattern) for one in symptoms if one.pattern))


def _phrase(phrase: str) -> SignRow:
    return term_id(_PHRASE + phrase), anchor(phrase), "\n".join(needed(phrase)), phrase, False


def _pattern(pattern: str) -> SignRow:
    return term_id(_PATTERN + pattern), ALWAYS, literal_of(pattern), pattern, True


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
    numbers, impacts = _open(terms)
    places = [(number, bisect_left(numbers, number)) for number in wanted]
    return {number: (at, impacts[at]) for number, at in places if numbers[at] == number}


def worth_in(terms: Packed, worths: Iterable[tuple[int, int]]) -> int:
    """The sum of worth times impact, of terms by number with their worths."""
    numbers, impacts = _open(terms)
    total = 0
    for number, worth in worths:
        at = bisect_left(numbers, number)
        if numbers[at] == number:
            total += worth * impacts[at]
    return total


def _open(terms: Packed) -> tuple["array[int]", "array[int]"]:
    """The numbers end with one above all terms': whatever is not there comes before it."""
    numbers, impacts = packing.unpack(terms, TERMS)
    numbers.append(_ABOVE_ALL)
    return numbers, impacts


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
