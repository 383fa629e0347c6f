"""The few facts and ideas by which one case is recognised in another."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.matching.facts import is_spelled_out
from kb.matching.values import Analysis, Fact, Span

# In the order in which they are kept when a text states too many.
IDENTIFYING = (
    "error_constant",
    "exception",
    "errno",
    "module",
    "alert",
    "container",
    "http_status",
    "service",
    "process",
    "port",
    "host",
)
CONCEPT = "concept"
# A log names many things; those who had the same case shared its first few.
MOST_IDENTIFIERS = 16
LONGEST_TERM = 120
_EVERY_HOST_ITS_OWN = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """`term` is equal for two sightings: `errno:111`, `exception:operationalerror`."""

    term: str
    type: str
    span: Span


def identifiers(analysis: Analysis) -> tuple[Identifier, ...]:
    """What the loudest lines state, each once, the most telling types first."""
    stated = list(_stated(analysis))
    # `refused` read from ERR_CONNECTION_REFUSED would be the same clue twice.
    meant = [one for one in _meant(analysis) if not any(_overlap(one, fact) for fact in stated)]
    found = [*stated, *meant]
    once = {one.term: one for one in reversed(found)}
    order = [*IDENTIFYING, CONCEPT]
    kept = sorted(once.values(), key=lambda one: (order.index(one.type), one.span, one.term))
    return tuple(kept[:MOST_IDENTIFIERS])


def _stated(analysis: Analysis) -> Iterator[Identifier]:
    loudest = max((fact.line for fact in analysis.facts), default=0)
    for fact in analysis.facts:
        if fact.line == loudest and fact.type in IDENTIFYING and _identifies(fact, analysis.text):
            term = f"{fact.type}:{_value(fact)}"[:LONGEST_TERM]
            yield Identifier(term=term, type=fact.type, span=fact.span)


def _identifies(fact: Fact, text: str) -> bool:
    match fact.type:
        case "http_status":
            return fact.value >= "400"
        case "port":
            return is_spelled_out(fact, text)
        case "host":
            return fact.value.lower() not in _EVERY_HOST_ITS_OWN
        case _:
            return True


def _value(fact: Fact) -> str:
    """Without case; an exception without the path of its module."""
    value = fact.value.lower()
    return value.rpartition(".")[2] if fact.type == "exception" else value


def _meant(analysis: Analysis) -> Iterator[Identifier]:
    loudest = max((concept.line for concept in analysis.concepts), default=0)
    for hit in analysis.concepts:
        if hit.line == loudest:
            yield Identifier(term=f"{CONCEPT}:{hit.name}", type=CONCEPT, span=hit.span)


def _overlap(one: Identifier, other: Identifier) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]
