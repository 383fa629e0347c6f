"""Words that people use for a cause and no author foresaw, read from cases that were solved.

A candidate is a short run of words of a telling line, without what varies (numbers, paths,
addresses, masked values) and without what an authored symptom of the guide finds already.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.matching.candidate import AuthoredSymptom
from kb.matching.lines import heard_lines
from kb.matching.phrases import specificity
from kb.matching.runs import cuts, stands_in, tells, trimmed, unbroken
from kb.matching.words import EMPTY, telling

# One person may say it by chance, and does so every hour of a bad day.
LEAST_VOICES = 2
# What tells so much is enough: of two such runs the shorter finds more.
ENOUGH_TOLD = 60
MOST_WORDS, SHORTEST, LONGEST = 8, 4, 80
_MOST_LINES, _MOST_TRIED, _MOST_PER_CAUSE = 12, 60, 8

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
    wanted = [key for key in shared if tells(shown[key])]
    wanted.sort(key=lambda key: (-len(voices[key]), -specificity(shown[key]), key))
    return [shown[key] for key in wanted[:_MOST_TRIED]]


def _runs(text: str, settled: Sequence[AuthoredSymptom]) -> Iterator[str]:
    lines = heard_lines(text)
    loudest = max((line.weight for line in lines), default=0)
    broken_at = cuts(text, settled, varying=_VARYING)
    for line in [line for line in lines if line.weight == loudest][:_MOST_LINES]:
        for tokens in unbroken(line.text, line.start, broken_at):
            yield from _of(tokens)


def _of(tokens: Sequence[str]) -> Iterator[str]:
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + MOST_WORDS, len(tokens)) + 1):
            run = trimmed(" ".join(tokens[first:last]))
            if SHORTEST <= len(run) <= LONGEST and not _has_empty_edge(run):
                yield run


def _has_empty_edge(run: str) -> bool:
    """`connection is`, `the page`: a shorter run says as much."""
    words = run.lower().split()
    return telling(words[0]) <= EMPTY or telling(words[-1]) <= EMPTY


def _counted(words: str, cause: str, own: Sequence[PastCase], others: Sequence[PastCase]) -> Alias:
    """Counted as the phrase will be found, past case and spacing."""
    led = [case for case in own if stands_in(words, case.text)]
    return Alias(
        words=words,
        cause=cause,
        led=tuple(case.key for case in led),
        astray=tuple(case.key for case in others if stands_in(words, case.text)),
        voices=len({case.voice for case in led}),
    )


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
