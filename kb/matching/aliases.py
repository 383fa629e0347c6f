"""Words that people use for a cause and no author foresaw, read from cases that were solved.

A candidate is a short run of words of a telling line, without what varies (numbers, paths,
addresses, masked values) and without what an authored symptom of the guide finds already.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.matching.candidate import AuthoredSymptom
from kb.matching.facts import find_facts
from kb.matching.lines import heard_lines
from kb.matching.masks import variables
from kb.matching.phrases import find_pattern, find_phrase, specificity
from kb.matching.values import Span
from kb.matching.words import EMPTY, telling

# One person may say it by chance, and does so every hour of a bad day.
LEAST_VOICES = 2
# By `specificity` a common Korean verb is worth 22, one rare word 35, and two 60.
# Common words add up, so one of them has to tell something by itself.
LEAST_TOLD, LEAST_TOLD_BY_ONE = 40, 30
# What tells so much is enough: of two such runs the shorter finds more.
ENOUGH_TOLD = 60
MOST_WORDS, SHORTEST, LONGEST = 8, 4, 80
_MOST_LINES, _MOST_TOKENS, _MOST_TRIED, _MOST_PER_CAUSE = 12, 40, 60, 8

_TOKEN = re.compile(r"\S+")
_MASKED = re.compile(r"\[masked:[^\]\n]*\]")
_WILD = re.compile(r"\.{3}|…")
_QUOTED = re.compile("[\"'`´“”‘’]")
_EDGE = re.compile(r"^[^\w<>/]+|[^\w<>/]+$")
# Facts whose value is another one each time, or that are read as facts already.
_VARYING = frozenset({"url", "origin", "host", "port", "path", "pid", "errno", "http_status"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PastCase:
    """A solved case: `cause` is what it ended with, `voice` who counts once for it."""

    key: int
    text: str
    cause: str
    voice: Hashable


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """`led`: cases with these words that ended with the cause; `astray`: with another one."""

    words: str
    cause: str
    led: tuple[int, ...]
    astray: tuple[int, ...]
    voices: int


def aliases(
    cases: Sequence[PastCase],
    *,
    causes: Collection[str],
    known: Sequence[AuthoredSymptom],
    refused: Collection[str] = (),
) -> list[Alias]:
    """What is worth showing the author of these causes, the surest first.

    `known` are the guide's own symptoms; what an author refused is left alone like them. Words
    that lead astray as often as not are left out.
    """
    no_more = AuthoredSymptom(symptom_id=0, slug="", phrases=tuple(refused))
    settled = [*known, no_more]
    found: list[Alias] = []
    for cause in causes:
        own = [case for case in cases if case.cause == cause]
        others = [case for case in cases if case.cause != cause]
        tried = _tried(own, settled)
        found += _without_overlap(_counted(words, cause, own, others) for words in tried)
    return sorted(found, key=_surest)


def _tried(own: Sequence[PastCase], settled: Sequence[AuthoredSymptom]) -> list[str]:
    """The runs that enough voices share and that tell something, the most shared first."""
    voices: Mapping[str, set[Hashable]] = defaultdict(set)
    shown: dict[str, str] = {}
    for case in own:
        for run in _runs(case.text, settled):
            voices[run.casefold()].add(case.voice)
            shown.setdefault(run.casefold(), run)
    shared = [key for key, who in voices.items() if len(who) >= LEAST_VOICES]
    wanted = [key for key in shared if _tells(shown[key])]
    wanted.sort(key=lambda key: (-len(voices[key]), -specificity(shown[key]), key))
    return [shown[key] for key in wanted[:_MOST_TRIED]]


def _tells(words: str) -> bool:
    by_one = max(map(specificity, words.split()))
    return specificity(words) >= LEAST_TOLD and by_one >= LEAST_TOLD_BY_ONE


def _runs(text: str, settled: Sequence[AuthoredSymptom]) -> Iterator[str]:
    lines = heard_lines(text)
    loudest = max((line.weight for line in lines), default=0)
    cuts = _cuts(text, settled)
    for line in [line for line in lines if line.weight == loudest][:_MOST_LINES]:
        for tokens in _unbroken(line.text, line.start, cuts):
            yield from _of(tokens)


def _cuts(text: str, settled: Iterable[AuthoredSymptom]) -> list[Span]:
    """The places no candidate may touch."""
    spans = [(variable.start, variable.end) for variable in variables(text)]
    spans += [found.span() for sign in (_MASKED, _WILD) for found in sign.finditer(text)]
    spans += [fact.span for fact in find_facts(text) if fact.type in _VARYING]
    for symptom in settled:
        spans += _everywhere(symptom, text)
    return spans


def _everywhere(symptom: AuthoredSymptom, text: str) -> Iterator[Span]:
    for phrase in symptom.phrases:
        yield from find_phrase(phrase, text)
    if symptom.pattern:
        yield from find_pattern(symptom.pattern, text)


def _unbroken(line: str, start: int, cuts: Sequence[Span]) -> Iterator[list[str]]:
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


def _of(tokens: Sequence[str]) -> Iterator[str]:
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + MOST_WORDS, len(tokens)) + 1):
            run = _EDGE.sub("", " ".join(tokens[first:last]))
            if SHORTEST <= len(run) <= LONGEST and not _has_empty_edge(run):
                yield run


def _has_empty_edge(run: str) -> bool:
    """`connection is`, `the page`: a shorter run says as much."""
    words = run.lower().split()
    return telling(words[0]) <= EMPTY or telling(words[-1]) <= EMPTY


def _counted(words: str, cause: str, own: Sequence[PastCase], others: Sequence[PastCase]) -> Alias:
    """Counted as the phrase will be found, past case and spacing."""
    led = [case for case in own if _stands_in(words, case)]
    return Alias(
        words=words,
        cause=cause,
        led=tuple(case.key for case in led),
        astray=tuple(case.key for case in others if _stands_in(words, case)),
        voices=len({case.voice for case in led}),
    )


def _stands_in(words: str, case: PastCase) -> bool:
    # Most cases lack the words: that is seen at once in what has no spaces to differ in.
    may = _QUOTED.search(words) or _squeezed(words) in _squeezed(case.text)
    return bool(may and find_phrase(words, case.text))


@lru_cache(maxsize=1024)
def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def _without_overlap(found: Iterable[Alias]) -> list[Alias]:
    """The surest first; of those that share a word, only what finds further cases."""
    kept: list[Alias] = []
    for alias in sorted(found, key=_surest):
        leads_astray = len(alias.astray) >= len(alias.led)
        if not leads_astray and not any(_says_no_more(alias, other) for other in kept):
            kept.append(alias)
    return kept[:_MOST_PER_CAUSE]


def _says_no_more(alias: Alias, other: Alias) -> bool:
    shared = _words(alias) & _words(other)
    return bool(shared) and {*alias.led} <= {*other.led}


def _words(alias: Alias) -> set[str]:
    return set(re.findall(r"\w+", alias.words.casefold()))


def _surest(alias: Alias) -> tuple[int, int, int, str]:
    return (
        len(alias.astray) - alias.voices,
        -min(specificity(alias.words), ENOUGH_TOLD),
        len(alias.words),
        alias.words,
    )
