"""The terms of the lines that are heard: each once, as loud as its loudest place."""

from collections.abc import Iterable

from kb.matching.beginnings import with_beginnings
from kb.matching.lines import Line
from kb.matching.terms import TOKEN, Reading, Said, pair, read
from kb.matching.values import Span, Term

# How many terms a text may bring before the index says which of them are rare.
_MOST_TERMS = 400
_MOST_SPANS = 6
_MOST_EDGES = 2 * _MOST_SPANS

# The loudest line that says it, and the beginnings and ends of places, one after the other.
# (A list of pairs would give the garbage collector ten thousand more objects to visit.)
_Places = tuple[Line, list[int]]
# A token: the loudest line it stands in, what it says, and where it begins.
_Tokens = dict[str, tuple[Line, Reading, list[int]]]
_Pairs = dict[tuple[str, str], _Places]


def gather(
    text: str, lines: Iterable[Line], stated: Iterable[tuple[Said, Span, Line]]
) -> tuple[Term, ...]:
    """The heaviest terms, heaviest first, then by key. `stated`: facts and concepts as terms.

    The loudest lines come first, so the first place of a term is its loudest. A token's own
    terms are worked out once, however often it stands in the text.
    """
    tokens: _Tokens = {}
    pairs: _Pairs = {}
    for line in sorted(lines, key=_loudness):
        _hear(line, tokens, pairs)
    said = {pair(*words): places for words, places in pairs.items()}
    for what, span, line in sorted(stated, key=lambda one: _loudness(one[2])):
        said.setdefault(what, (line, []))[1].extend(span)
    for line, reading, starts in tokens.values():
        for what, start, end in reading[0]:
            _add(said, what, line, starts, start, end)
    heaviest = sorted(_weighed(said))[:_MOST_TERMS]
    terms = [_term(-heard, what, said[what]) for heard, _, what in heaviest]
    return tuple(with_beginnings(text, terms)[:_MOST_TERMS])


def _hear(line: Line, tokens: _Tokens, pairs: _Pairs) -> None:
    """Note where the line's tokens begin, and the pairs of words that its order makes."""
    offset = line.start
    before, before_at = "", 0
    for found in TOKEN.finditer(line.text):
        token = found[0]
        if token.isdigit():
            continue
        heard = tokens.get(token)
        if heard is None:
            heard = tokens[token] = line, read(token), []
        _, (terms, first, last, first_end, last_start), starts = heard
        if not terms:
            continue
        at = found.start() + offset
        starts.append(at)
        if before and first:
            places = pairs.get((before, first))
            if places is None:
                pairs[before, first] = line, [before_at, at + first_end]
            else:
                places[1].extend((before_at, at + first_end))
        before, before_at = last, at + last_start


def _loudness(line: Line) -> int:
    return -line.weight * line.told


def _add(
    said: dict[Said, _Places], what: Said, line: Line, starts: list[int], start: int, end: int
) -> None:
    if what not in said:
        said[what] = line, _edges(starts, start, end)
        return
    loudest, places = said[what]
    if len(places) < _MOST_EDGES:
        places += _edges(starts, start, end)
    if line is not loudest and _loudness(line) < _loudness(loudest):
        said[what] = line, places


def _edges(starts: list[int], start: int, end: int) -> list[int]:
    if len(starts) == 1:
        return [starts[0] + start, starts[0] + end]
    return [at + edge for at in starts[:_MOST_SPANS] for edge in (start, end)]


def _weighed(said: dict[Said, _Places]) -> list[tuple[int, str, Said]]:
    """What is heard at all, with its weight made negative: the heaviest sorts first."""
    return [
        (-heard, what[0], what)
        for what, (line, _) in said.items()
        if (heard := what[2] * line.weight * line.told // 10_000)
    ]


def _term(weight: int, what: Said, places: _Places) -> Term:
    (key, kind, _), (line, edges) = what, places
    if len(edges) == 2:
        return Term(key, kind, weight, ((edges[0], edges[1]),), line.weight)
    spans = sorted(zip(edges[:_MOST_EDGES:2], edges[1:_MOST_EDGES:2], strict=True))
    return Term(key, kind, weight, tuple(spans), line.weight)
