"""Code as pieces of HTML: coloured by Pygments, with the places that a parameter fills."""

from collections.abc import Iterator, Sequence

from django.utils.html import escape
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from kb.rendering.literals import Fillable, Found, literals_in
from kb.rendering.slots import Piece, Value

_MAX_HIGHLIGHTED = 50_000


def plain(text: str, fillables: Sequence[Fillable], *, is_marked: bool = True) -> list[Piece]:
    """The escaped text with its values."""
    return list(_filled(_uncoloured(text), text, fillables, is_marked=is_marked))


def highlighted(text: str, language: str, fillables: Sequence[Fillable]) -> list[Piece]:
    """In spans with Pygments' short class names, where the language is known."""
    return list(_filled(_tokens(text, language), text, fillables, is_marked=True))


def _uncoloured(text: str) -> list[tuple[int, str, str]]:
    return [(0, "", text)] if text else []


def _tokens(text: str, language: str) -> list[tuple[int, str, str]]:
    """Where each token begins, its class and its text; one token where nothing is known."""
    if not language or len(text) > _MAX_HIGHLIGHTED:
        return _uncoloured(text)
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return _uncoloured(text)
    found = [(at, _class(kind), part) for at, kind, part in lexer.get_tokens_unprocessed(text)]
    # A lexer that changes what it reads cannot be matched to the places in the text.
    return found if "".join(part for _, _, part in found) == text else _uncoloured(text)


def _class(kind: _TokenType) -> str:
    """That of the nearest type that has one; spaces are seen without a colour."""
    known = next(one for one in reversed(kind.split()) if one in STANDARD_TYPES)
    return "" if STANDARD_TYPES[known] == "w" else STANDARD_TYPES[known]


def _filled(
    tokens: Sequence[tuple[int, str, str]],
    text: str,
    fillables: Sequence[Fillable],
    *,
    is_marked: bool,
) -> Iterator[Piece]:
    found = literals_in(text, fillables) if fillables else []
    at = 0
    for place in found:
        yield from _between(tokens, at, place.start)
        yield _value(place, fillables, is_marked=is_marked)
        at = place.end
    yield from _between(tokens, at, len(text))


def _between(tokens: Sequence[tuple[int, str, str]], start: int, end: int) -> Iterator[str]:
    """The tokens from `start` to `end`, cut where a value begins inside of one."""
    for at, name, part in tokens:
        if at < end and at + len(part) > start:
            shown = escape(part[max(0, start - at) : end - at])
            yield f'<span class="{name}">{shown}</span>' if name else shown


def _value(place: Found, fillables: Sequence[Fillable], *, is_marked: bool) -> Value:
    literal = next(one.example for one in fillables if one.name == place.name)
    return Value(name=place.name, literal=literal, is_marked=is_marked)
