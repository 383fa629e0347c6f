"""Beginnings of a title's words: the `Kube` of an alert's name begins its message's `Kubernetes`.

Names shorten, join and derive words (`CrashLooping`, `Filesystem`, `ReplicasMismatch`) in ways that
no stemmer undoes. A title is short, so a common beginning there is rarely an accident; in a body it
would be one.
"""

from collections.abc import Iterable

from kb.matching.terms import WORD, Token
from kb.matching.values import Term
from kb.matching.words import EMPTY, telling

BEGINNING = "beginning"
_LETTERS = 4
# In hundredths of what the whole word is worth.
_WORTH = 40


def beginnings_of_title(title: str, tokens: Iterable[Token]) -> list[str]:
    """One key for each word that has a beginning, in order."""
    words = ((token.key, title[token.start : token.end]) for token in tokens if token.kind == WORD)
    return [key for word, written in words if (key := _beginning(word, written))]


def with_beginnings(text: str, terms: Iterable[Term]) -> list[Term]:
    """The terms of a text and what its words ask of titles, heaviest first, then by key."""
    terms = list(terms)
    return sorted([*terms, *_asked(text, terms)], key=lambda term: (-term.weight, term.key))


def _asked(text: str, terms: Iterable[Term]) -> Iterable[Term]:
    """Words that begin alike ask once, as the heaviest of them."""
    asked: dict[str, Term] = {}
    for term in terms:
        if term.kind != WORD:
            continue
        start, end = term.spans[0]
        key = _beginning(term.key, text[start:end])
        weight = term.weight * _WORTH // 100
        if key and weight > (asked[key].weight if key in asked else 0):
            asked[key] = Term(key, BEGINNING, weight, term.spans, term.line)
    return asked.values()


def _beginning(word: str, written: str) -> str:
    """`word` is the term, which says whether it tells anything; `written` as it stands there."""
    if len(written) < _LETTERS or not written.isascii() or telling(word) <= EMPTY:
        return ""
    return f"^{written[:_LETTERS].lower()}"
