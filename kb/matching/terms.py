"""A text as terms: words, identifiers whole and split, pairs of words, Korean syllable pairs."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kb.matching.words import COMMON, is_level, stem, telling

# The longest term the index stores.
MAX_TERM = 100
_REMEMBERED = 32_768

# Cut where nobody's word is so long, because tokens are remembered.
TOKEN = re.compile(
    r"[A-Za-z0-9_$][A-Za-z0-9_$.\-]{0,199}|[가-힣]{1,200}|[^\W\d_a-zA-Z가-힣]{1,200}"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEGMENT, _LONG_NUMBER = re.compile(r"[A-Za-z0-9]+"), re.compile(r"\d{4}")
_HANGUL, _DIGIT = re.compile(r"[가-힣]"), re.compile(r"\d")
_RANDOM = re.compile(
    r"\d+t\d+|\d+z|(?=[a-z]*\d)[0-9a-f]{7,}|(?=.{7})[a-z]{0,40}\d+[a-z]+\d[a-z0-9]*|(?=.{5})[a-z]{1,3}\d+[a-z]{1,3}"
)

WORD, SYLLABLES, IDENTIFIER, PAIR = "word", "syllables", "identifier", "pair"
CONCEPT, FACT = "concept", "fact"
_KIND_WEIGHT = {WORD: 100, SYLLABLES: 60, IDENTIFIER: 100, PAIR: 100, CONCEPT: 120, FACT: 120}


# What one place says: key, kind, and how much it tells by itself, in hundredths. Plain tuples:
# so many are remembered that the garbage collector must not visit them.
Said = tuple[str, str, int]
# The same with its place, by offsets into a token.
Placed = tuple[Said, int, int]
# A token's terms with their places in it; its first and last word, which make pairs; where the
# first ends and the last begins. Numbers and random ids have no terms and keep their neighbours
# together. Korean words are spaced freely: they have terms but make no pairs.
Reading = tuple[tuple[Placed, ...], str, str, int, int]
_NOTHING: Reading = ((), "", "", 0, 0)


class Token(NamedTuple):
    """One reading of one place. `start` and `end` are offsets into the scanned text."""

    key: str
    kind: str
    start: int
    end: int


def scan(line: str) -> Iterator[Token]:
    """Every term of one line; the line's own order makes its pairs."""
    before, before_at = "", 0
    for found in TOKEN.finditer(line):
        at = found.start()
        terms, first, last, first_end, last_start = read(found[0])
        if not terms:
            continue
        if before and first:
            yield Token(pair(before, first)[0], PAIR, before_at, at + first_end)
        for (key, kind, _), start, end in terms:
            yield Token(key, kind, at + start, at + end)
        before, before_at = last, at + last_start


@lru_cache(maxsize=_REMEMBERED)
def read(token: str) -> Reading:
    return _syllables(token) if _HANGUL.match(token) else _words(token)


def _syllables(word: str) -> Reading:
    places = [(i, min(i + 2, len(word))) for i in range(max(1, len(word) - 1))]
    return tuple((said(word[i:end], SYLLABLES), i, end) for i, end in places), "", "", 0, 0


def _words(token: str) -> Reading:
    if token.upper() == token.lower() and token.isascii():
        return _NOTHING
    if token.islower() and token.isalpha() and token.isascii():
        # Most tokens are plain words or numbers; what follows would find the same.
        word = stem(token)[:MAX_TERM]
        return ((said(word, WORD), 0, len(token)),), word, word, len(token), 0
    token = token.rstrip(".-")
    parts = _parts(token)
    if not parts:
        return _NOTHING
    terms = [(said(part, WORD), start, end) for part, start, end in parts]
    for (one, start, _), (other, _, end) in pairwise(parts):
        place = (start, end) if _says(token[start:end], one, other) else (0, len(token))
        terms.append((pair(one, other), *place))
    if whole := _whole(token, [part for part, _, _ in parts]):
        terms.insert(0, (said(whole, IDENTIFIER), 0, len(token)))
    (first, _, first_end), (last, last_start, _) = parts[0], parts[-1]
    return (
        tuple(terms),
        first,
        last,
        first_end if _says(token[:first_end], first) else len(token),
        last_start if _says(token[last_start:], last) else 0,
    )


def _says(piece: str, *words: str) -> bool:
    """Whether these words are read in a piece of their token, too.

    Cut out of it, letters beside digits may look like a random id: `0Z0` says z, `0Z` nothing.
    """
    has_digit = not piece.isalpha() and _DIGIT.search(piece) is not None
    return not has_digit or [word for word, _, _ in _parts(piece)] == list(words)


def _parts(token: str) -> list[tuple[str, int, int]]:
    """The token's words with their places, without numbers and random ids."""
    if not _PART.search(token) and not token.isdigit():
        word = token.lower()[:MAX_TERM]
        return [(word, 0, len(token))] if word else []
    return [
        (stem(part[0].lower())[:MAX_TERM], part.start(), part.end())
        for segment in _SEGMENT.finditer(token)
        if not _RANDOM.fullmatch(segment[0].lower())
        for part in _PART.finditer(token, segment.start(), segment.end())
        if not part[0].isdigit()
    ]


def _whole(token: str, words: list[str]) -> str:
    """Lower-case identifier, or "" for a plain word, an id, or a mere status word.

    A status prefix is rare and so would weigh a lot, but says how bad it is, not what:
    `HEALTH_WARN` and `level.error` are no identifiers.
    """
    if len(words) < 2 or _LONG_NUMBER.search(token):
        return ""
    if any(_RANDOM.fullmatch(segment) for segment in _SEGMENT.findall(token.lower())):
        return ""
    telling_words = [word for word in words if not is_level(word)]
    if len(telling_words) < 2 and len(telling_words) < len(words):
        return ""
    return token.lower().replace("-", "_")[:MAX_TERM]


def said(key: str, kind: str) -> Said:
    return key, kind, _KIND_WEIGHT[kind] * telling(key) // 100


def stated(key: str, kind: str) -> Said:
    """A concept or a fact: it tells all that its kind can tell."""
    return key, kind, _KIND_WEIGHT[kind]


@lru_cache(maxsize=_REMEMBERED)
def pair(one: str, other: str) -> Said:
    """A pair tells what its words tell, and little when one of them is grammar."""
    first, second = telling(one), telling(other)
    told = (first + second) // 2 if min(first, second) >= COMMON else min(first, second) * 4
    return f"{one} {other}", PAIR, _KIND_WEIGHT[PAIR] * told // 100
