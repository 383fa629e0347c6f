"""A text as terms: words, identifiers whole and split, pairs of words, Korean syllable pairs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kb.matching.words import is_level, stem

# The longest term the index stores.
MAX_TERM = 100

_TOKEN = re.compile(r"[A-Za-z0-9_$][A-Za-z0-9_$.\-]*|[가-힣]+|[^\W\d_a-zA-Z가-힣]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HANGUL = re.compile(r"[가-힣]")
_RANDOM = re.compile(
    r"(?=[a-z]*\d)[0-9a-f]{7,}|(?=.{7})[a-z]{0,40}\d+[a-z]+\d[a-z0-9]*|(?=.{5})[a-z]{1,3}\d+[a-z]{1,3}"
)

WORD, SYLLABLES, IDENTIFIER, PAIR = "word", "syllables", "identifier", "pair"


@dataclass(frozen=True, slots=True)
class Token:
    """One reading of one place. `start` and `end` are offsets into the scanned text."""

    key: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Reading:
    whole: str
    parts: tuple[tuple[str, int, int], ...]


def scan(line: str, offset: int = 0) -> Iterator[Token]:
    """Every term of one line, in order; the line's own order makes its pairs."""
    before: tuple[str, int] | None = None
    for found in _TOKEN.finditer(line):
        token, at = found[0], found.start() + offset
        if _HANGUL.match(token):
            yield from _syllables(token, at)
            before = None
            continue
        reading = _read(token)
        if reading.whole:
            yield Token(reading.whole, IDENTIFIER, at, at + len(token.rstrip(".-")))
        for part, start, end in reading.parts:
            yield Token(part, WORD, at + start, at + end)
            if before:
                yield Token(f"{before[0]} {part}", PAIR, before[1], at + end)
            before = (part, at + start)


def _syllables(word: str, at: int) -> Iterator[Token]:
    if len(word) == 1:
        yield Token(word, SYLLABLES, at, at + 1)
    for i in range(len(word) - 1):
        yield Token(word[i : i + 2], SYLLABLES, at + i, at + i + 2)


@lru_cache(maxsize=65_536)
def _read(token: str) -> _Reading:
    """The token's words, and its whole when it is an identifier worth finding as such."""
    token = token.rstrip(".-")
    if not _PART.search(token) and not token.isdigit():
        word = token.lower()[:MAX_TERM]
        return _Reading("", ((word, 0, len(token)),) if word else ())
    parts = tuple(
        (stem(part[0].lower())[:MAX_TERM], part.start(), part.end())
        for segment in re.finditer(r"[A-Za-z0-9]+", token)
        if not _RANDOM.fullmatch(segment[0].lower())
        for part in _PART.finditer(token, segment.start(), segment.end())
        if not part[0].isdigit()
    )
    return _Reading(_whole(token, [word for word, _, _ in parts]), parts)


def _whole(token: str, words: list[str]) -> str:
    """Lower-case identifier, or "" for a plain word, an id, or a mere status word.

    A status prefix is rare and so would weigh a lot, but says how bad it is, not what:
    `HEALTH_WARN` and `level.error` are no identifiers.
    """
    if len(words) < 2 or re.search(r"\d{4}", token):
        return ""
    if any(_RANDOM.fullmatch(segment) for segment in re.findall(r"[a-z0-9]+", token.lower())):
        return ""
    said = [word for word in words if not is_level(word)]
    if len(said) < 2 and len(said) < len(words):
        return ""
    return token.lower().replace("-", "_")[:MAX_TERM]
