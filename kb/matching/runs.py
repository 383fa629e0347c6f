"""Runs of words in a line, broken where something varies or is known already."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from kb.matching.candidate import AuthoredSymptom
from kb.matching.facts import find_facts
from kb.matching.masks import variables
from kb.matching.phrases import find_pattern, find_phrase, specificity
from kb.matching.values import Span

# By `specificity` a common Korean verb is worth 22, one rare word 35, and two 60.
# Common words add up, so one of them has to tell something by itself.
LEAST_TOLD, LEAST_TOLD_BY_ONE = 40, 30
_MOST_TOKENS = 40

_TOKEN = re.compile(r"\S+")
_MASKED = re.compile(r"\[masked:[^\]\n]*\]")
_WILD = re.compile(r"\.{3}|…")
_QUOTED = re.compile("[\"'`´“”‘’]")
_EDGE = re.compile(r"^[^\w<>/]+|[^\w<>/]+$")


def trimmed(words: str) -> str:
    """Without the punctuation at its edges."""
    return _EDGE.sub("", words)


def tells(words: str) -> bool:
    """Whether the words say enough to be a symptom by themselves."""
    by_one = max(map(specificity, words.split()), default=0)
    return specificity(words) >= LEAST_TOLD and by_one >= LEAST_TOLD_BY_ONE


def unbroken(line: str, start: int, cuts: Sequence[Span]) -> Iterator[list[str]]:
    """The line's words, broken where one touches a cut."""
    run: list[str] = []
    for token in list(_TOKEN.finditer(line))[:_MOST_TOKENS]:
        begin, end = token.start() + start, token.end() + start
        if any(a < end and begin < b for a, b in cuts):
            yield run
            run = []
        else:
            run.append(token[0])
    yield run


def cuts(
    text: str,
    settled: Iterable[AuthoredSymptom],
    *,
    varying: Collection[str],
    telling: Collection[str] = (),
) -> list[Span]:
    """The places no run may touch: what varies, masked values, what a known symptom finds.

    `varying` are types of facts whose value is another one each time. A number that is part of
    a `telling` fact is kept.
    """
    facts = find_facts(text)
    kept = [fact.span for fact in facts if fact.type in telling]
    spans = [
        (each.start, each.end)
        for each in variables(text)
        if not any(a <= each.start and each.end <= b for a, b in kept)
    ]
    spans += [found.span() for sign in (_MASKED, _WILD) for found in sign.finditer(text)]
    spans += [fact.span for fact in facts if fact.type in varying]
    for symptom in settled:
        spans += _everywhere(symptom, text)
    return spans


def stands_in(words: str, text: str) -> bool:
    """Whether a phrase of these words would be found in the text."""
    # Most texts lack the words: that is seen at once in what has no spaces to differ in.
    may = _QUOTED.search(words) or _squeezed(words) in _squeezed(text)
    return bool(may and find_phrase(words, text))


@lru_cache(maxsize=1024)
def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def _everywhere(symptom: AuthoredSymptom, text: str) -> Iterator[Span]:
    for phrase in symptom.phrases:
        yield from find_phrase(phrase, text)
    if symptom.pattern:
        yield from find_pattern(symptom.pattern, text)
