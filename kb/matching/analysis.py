"""From pasted text to what the index is asked: facts, terms, anchors, fingerprint."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from kb.matching.concepts import concepts_of
from kb.matching.excerpt import Excerpt
from kb.matching.facts import find_facts
from kb.matching.fingerprint import fingerprint
from kb.matching.gathering import gather
from kb.matching.lines import Line, read_lines, telling_shapes, worded_lines
from kb.matching.phrases import anchors_of
from kb.matching.terms import CONCEPT, FACT, Said, stated
from kb.matching.values import Analysis, ConceptHit, Fact, HeardLine, Span

# A longer text is cut in its middle: a log begins with what was started and ends with the error.
MAX_CHARS = 100_000
_HEAD_CHARS = 30_000
# No database and no expression engine takes these; one character for one keeps the places.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_CUT = "\n…\n"

# Facts that are found as terms of their own; other types are read as words already.
INDEXED_FACTS = frozenset({"http_status", "errno", "port", "module", "container", "origin"})


def analyse(text: str) -> Analysis:
    """Everything matching needs to know about a text. Pure: the same text, the same answer.

    Spans count in the answer's own `text`, which is the given one in Unicode form NFC
    (Korean pasted from a Mac arrives decomposed) and cut when it is too long.
    """
    whole = _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))
    kept = _cut(whole)
    lines = read_lines(kept)
    heard = [line for line in lines if not line.is_repeat]
    excerpt = Excerpt(lines)
    facts = find_facts(excerpt.text, excerpt.found)
    # A repeat words nothing that its line's first sight did not.
    worded = Excerpt(heard)
    concepts = concepts_of(worded.text, facts, worded.found)
    return Analysis(
        text=kept,
        truncated=len(whole) > len(kept),
        heard=tuple(HeardLine(one.start, one.start + len(one.text), one.weight) for one in heard),
        facts=facts,
        concepts=concepts,
        terms=gather(kept, worded_lines(heard), _stated(facts, concepts, heard)),
        anchors=anchors_of(line.text for line in heard),
        fingerprint=fingerprint(telling_shapes(heard)),
    )


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    tail = MAX_CHARS - _HEAD_CHARS - len(_CUT)
    return text[:_HEAD_CHARS] + _CUT + text[-tail:]


def _stated(
    facts: Iterable[Fact], concepts: Iterable[ConceptHit], lines: list[Line]
) -> Iterator[tuple[Said, Span, Line]]:
    """Concepts and facts as terms, with their lines; those of a repeated line are none."""
    starts = [line.start for line in lines]
    for hit in concepts:
        if hit.line:
            line = lines[bisect_right(starts, hit.span[0]) - 1]
            yield stated(f"@{hit.name}", CONCEPT), hit.span, line
    for fact in facts:
        if fact.line and fact.type in INDEXED_FACTS:
            line = lines[bisect_right(starts, fact.span[0]) - 1]
            yield stated(fact_term(fact), FACT), fact.span, line


def fact_term(fact: Fact) -> str:
    return f"#{fact.type}:{fact.value.lower()}"[:100]
