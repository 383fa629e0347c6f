"""Which published guides have a term: what the list of guides searches by."""

from collections.abc import Iterable, Sequence

from kb.index import tables
from kb.index.lists import BLOCK
from kb.index.packing import GUIDES, LOW, term_id, unpack
from kb.matching.terms import PAIR, scan


def guides_with(words: Sequence[str]) -> list[set[int]]:
    """Per word, the ids of the guides that have all of its terms; none for a word without any.

    A Korean word's terms are its pairs of syllables, so a part of a word is found as well. Two
    queries, however many words.
    """
    terms = [[term_id(token.key) for token in scan(word) if token.kind != PAIR] for word in words]
    holders = _holders({number for own in terms for number in own})
    return [_shared([holders.get(number, set()) for number in own]) for own in terms]


def _shared(holders: Sequence[set[int]]) -> set[int]:
    return set.intersection(*holders) if holders else set()


def _holders(numbers: Iterable[int]) -> dict[int, set[int]]:
    wanted = sorted(numbers)
    rare = tables.fetch("SELECT id, postings FROM kb_indexterm WHERE id IN %s", wanted)
    found = {number: set(unpack(postings, GUIDES)[0]) for number, postings in rare}
    sql = "SELECT term, block, postings FROM kb_postingblock WHERE term IN %s"
    for number, block, postings in tables.fetch(sql, wanted):
        found[number] |= {block * BLOCK + low for low in unpack(postings, LOW)[0]}
    return found
