"""Authored symptoms: phrases and patterns that a guide's author says people will see.

A phrase becomes an expression that looks past case, spacing, kinds of quotes and variable
parts; `...` stands for anything on the line. An *anchor* is one piece of a phrase that must
stand in any text it matches: the index keeps it, so that only likely phrases are tried.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise
from operator import add

import re2

from kb.matching.facts import find_facts
from kb.matching.masks import variables
from kb.matching.terms import IDENTIFIER, SYLLABLES, WORD, Token, scan
from kb.matching.values import Fact, Span
from kb.matching.words import COMMON, telling

# Tried on every text: a pattern, or a phrase without any piece to look up.
ALWAYS = "~"
_ANCHOR = "="
MOST_PLACES = 20
_LONGEST_ANCHOR = 40
_WORD_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WORDS_ONLY = bytes(byte if chr(byte) in _WORD_LETTERS else 0x20 for byte in range(256))
_KOREAN = re.compile(r"[가-힣]+")
_PIECE = re.compile(r"[a-z0-9]+|[가-힣]+")
_QUOTE = "[\"'`´“”‘’]"
_WILD = re.compile(r"\s*(?:\.{3}|…)\s*")
_STEP = re.compile(r"(?P<quote>[\"'`´“”‘’])|(?P<space>\s+)|(?P<korean>[가-힣]+)|(?P<other>.)", re.S)


def anchors_of(lines: Iterable[str]) -> frozenset[str]:
    """Every anchor that a phrase found in these lines could have."""
    text = "\n".join(lines).lower()
    words = set(text.encode().translate(_WORDS_ONLY).decode().split())
    pieces = {_ANCHOR + word[:_LONGEST_ANCHOR] for word in words}
    if not text.isascii():
        pieces.update(map(_ANCHOR.__add__, _syllable_pairs(text)))
    return frozenset(pieces | {ALWAYS})


def _syllable_pairs(text: str) -> set[str]:
    """Of Korean words, and across the spaces between them: Korean is spaced freely."""
    spaced = text.replace("\n", " | ").split()
    words = set(_KOREAN.findall(" ".join(set(spaced))))
    across = {
        one[-1] + other[0]
        for one, other in set(pairwise(spaced))
        if "가" <= one[-1] <= "힣" and "가" <= other[0] <= "힣"
    }
    return across.union(*(map(add, word, word[1:]) for word in words))


@lru_cache(maxsize=16_384)
def anchor(phrase: str) -> str:
    """The piece to look the phrase up by: the longest that tells something."""
    return max(_required(phrase), default=(False, 0, ALWAYS))[2]


def needed(phrase: str) -> list[str]:
    """Words that stand in any text the phrase matches, as they are in the text's `casefold()`."""
    return sorted({one.removeprefix(_ANCHOR) for *_, one in _required(phrase) if one.isascii()})


def _required(phrase: str) -> list[tuple[bool, int, str]]:
    """The anchors that all stand in any text the phrase matches: whether telling, how long."""
    literal = " ".join(_literals(phrase)).lower()
    pieces = []
    for found in _PIECE.finditer(literal):
        piece = found[0]
        if piece.isascii():
            length, piece = len(piece), piece[:_LONGEST_ANCHOR]
            pieces.append((telling(piece) > COMMON, length, _ANCHOR + piece))
        elif len(piece) > 1:
            pieces.append((telling(piece[:2]) > COMMON, 2 * len(piece), _ANCHOR + piece[:2]))
    return pieces


def _literals(phrase: str) -> list[str]:
    """The phrase's fixed parts. A word that touches a wildcard may be half of a word: not one."""
    parts = []
    for part in _WILD.split(phrase):
        at = 0
        for variable in variables(part):
            parts.append(part[at : variable.start])
            at = variable.end
        parts.append(part[at:])
    return parts


def find_phrase(phrase: str, text: str) -> list[Span]:
    """Where the phrase stands, the first `MOST_PLACES`."""
    return _places(_phrase_expression(phrase), text) if phrase.strip() else []


def find_pattern(pattern: str, text: str) -> list[Span]:
    """Where the pattern matches; a pattern RE2 does not take matches nothing."""
    expression = _pattern_expression(pattern)
    return _places(expression, text) if expression else []


def _places(expression: re2._Regexp, text: str) -> list[Span]:
    # Most phrases stand nowhere: asking whether is cheaper than asking where.
    if not expression.search(text):
        return []
    found = (one.span() for one in islice(expression.finditer(text), MOST_PLACES))
    return [(start, end) for start, end in found if end > start]


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


@lru_cache(maxsize=4096)
def _pattern_expression(pattern: str) -> re2._Regexp | None:
    try:
        return re2.compile(pattern, _options())
    except re2.error:
        return None


@lru_cache(maxsize=4096)
def _phrase_expression(phrase: str) -> re2._Regexp:
    fixed = sum(c.isalnum() for part in _literals(phrase) for c in part)
    parts = [_expression(part, keep_all=fixed < 3) for part in _WILD.split(phrase.strip())]
    return re2.compile(r"[^\n]*?".join(part for part in parts if part), _options())


def _expression(part: str, *, keep_all: bool) -> str:
    """`keep_all`: a phrase that is little but a number means that very number."""
    out, at = [], 0
    for variable in () if keep_all else variables(part):
        out += [_literal(part[at : variable.start]), variable.mask.stands_for]
        at = variable.end
    return "".join([*out, _literal(part[at:])])


def _literal(text: str) -> str:
    steps = [_step(found) for found in _STEP.finditer(text)]
    start = r"\b" if re.match(r"[A-Za-z0-9_]", text) else ""
    end = r"\b" if re.search(r"[A-Za-z0-9_]$", text) else ""
    return start + "".join(steps) + end


def _step(found: re.Match[str]) -> str:
    if found["quote"]:
        return _QUOTE
    if found["space"]:
        return _space(found)
    if found["korean"]:
        return r"\s*".join(found["korean"])
    return str(re2.escape(found["other"]))


def _space(found: re.Match[str]) -> str:
    """Spaces between Korean syllables are a matter of taste; others are at least one."""
    text, start, end = found.string, found.start(), found.end()
    korean = text[start - 1 : start] >= "가" or text[end : end + 1] >= "가"
    return r"\s*" if korean else r"\s+"


@lru_cache(maxsize=4096)
def specificity(phrase: str) -> int:
    """How much a phrase tells by itself, 0 to 100: a common word little, an error text all."""
    told = {token.key: _told(token) for part in _literals(phrase) for token in scan(part)}
    codes = {fact.value for fact in find_facts(phrase) if _is_error_code(fact)}
    return min(100, 10 + sum(told.values()) + 20 * len(codes))


def _told(token: Token) -> int:
    share = {IDENTIFIER: 60, WORD: 25, SYLLABLES: 15}.get(token.kind, 0)
    return share if token.kind == IDENTIFIER else share * telling(token.key) // 100


def _is_error_code(fact: Fact) -> bool:
    return fact.type == "errno" or (fact.type == "http_status" and fact.value >= "400")
