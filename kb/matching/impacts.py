"""How strongly a guide's own words stand for it: BM25F with fixed typical lengths.

The lengths are constants, not the base's averages, so that one guide's postings do not
depend on another's and stay true when the base grows. Impacts are whole numbers: sums and
ties come out the same on every machine and database.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.matching.analysis import INDEXED_FACTS, fact_term
from kb.matching.beginnings import beginnings_of_title
from kb.matching.concepts import concepts, concepts_of
from kb.matching.facts import find_facts
from kb.matching.terms import SYLLABLES, TOKEN, WORD, Said, pair, read, scan

# What an impact approaches when a term is all there is.
FULL_IMPACT = 1000
_K1 = 2.5
LAYER, STATUS = "!layer:", "!status:"


@dataclass(frozen=True, slots=True)
class Field:
    weight: float
    typical_length: int
    length_matters: float


# Tuned on the open set; the order of the weights is the point, not their second digit.
FIELDS: Mapping[str, Field] = {
    "title": Field(8.0, 6, 0.5),
    "summary": Field(2.0, 30, 0.5),
    "symptoms": Field(4.0, 40, 0.1),
    "causes": Field(2.0, 60, 0.5),
    "commands": Field(1.5, 40, 0.7),
    "body": Field(1.0, 300, 0.8),
}


# A text's length is counted in words; two Korean syllable pairs count as one.
_LENGTHS = {WORD: 1.0, SYLLABLES: 0.5}


def impacts(fields: Mapping[str, str]) -> dict[str, int]:
    """Impact per term of one text given by fields (names of `FIELDS`)."""
    weighted: dict[str, float] = defaultdict(float)
    for name, text in fields.items():
        field = FIELDS[name]
        counts, length = _counts(text)
        if name == "title":
            counts |= _beginnings(text)
        norm = 1 - field.length_matters + field.length_matters * length / field.typical_length
        for key, count in counts.items():
            weighted[key] += field.weight * count / norm
    return {key: _saturated(frequency) for key, frequency in weighted.items()}


def _saturated(frequency: float) -> int:
    return max(1, round(FULL_IMPACT * frequency / (_K1 + frequency)))


def _beginnings(title: str) -> Counter[str]:
    return Counter(
        key for line in title.splitlines() for key in beginnings_of_title(line, scan(line))
    )


def _counts(text: str) -> tuple[dict[str, int], int]:
    """Occurrences per term, and about the length in words (two syllable pairs count as one)."""
    counts: dict[str, int] = defaultdict(int)
    words = 0.0
    for (key, kind, _), count in _said(text):
        counts[key] += count
        words += _LENGTHS.get(kind, 0.0) * count
    facts = find_facts(text)
    for concept in concepts_of(text, facts):
        counts[f"@{concept.name}"] += 1
    for fact in facts:
        if fact.type in INDEXED_FACTS:
            counts[fact_term(fact)] += 1
    return counts, _stepped(max(1, round(words)))


def _said(text: str) -> Iterator[tuple[Said, int]]:
    """What each token and each two neighbours say, with how often they stand there."""
    tokens: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        heard = TOKEN.findall(line)
        tokens.update(heard)
        pairs.update(_neighbours(heard))
    for words, count in pairs.items():
        yield pair(*words), count
    for token, count in tokens.items():
        for what, _, _ in read(token)[0]:
            yield what, count


def _neighbours(tokens: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The last word of a token and the first of the next that says something."""
    before = ""
    for terms, first, last, _, _ in map(read, tokens):
        if terms:
            if before and first:
                yield before, first
            before = last


def _stepped(length: int) -> int:
    """The length to two binary digits: a sentence more must not change every term's impact."""
    step = 1 << max(0, length.bit_length() - 2)
    return (length + step // 2) // step * step


def strongest(versions: list[dict[str, int]]) -> dict[str, int]:
    """One guide in several languages: each term counts where it stands strongest."""
    merged: dict[str, int] = {}
    for version in versions:
        for key, impact in version.items():
            merged[key] = max(impact, merged.get(key, 0))
    return merged


def marks(text: str) -> frozenset[str]:
    """What a guide is about, for contradictions: layers of the stack and HTTP errors."""
    facts = find_facts(text)
    layers = {concepts()[hit.name].layer for hit in concepts_of(text, facts)} - {""}
    statuses = {f.value for f in facts if f.type == "http_status" and f.value >= "400"}
    return frozenset({LAYER + layer for layer in layers} | {STATUS + s for s in statuses})
