"""Earlier cases that are like this one: why they are, and what worked there.

Three things make a case similar: the same text but for its variable parts, facts in common
(the fewer cases share one, the more it says), and that it ended with the cause which is now
the likeliest. A status or a port alone, or the cause alone, is not enough to show anybody.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.matching import Analysis
from kb.matching.identity import CONCEPT, Identifier, identifiers
from kb.models import CaseFact, Cause, Investigation
from kb.services.cases.case_facts import newest_cases

MOST_SIMILAR = 5
# A fact's newest cases; one that more share tells nothing that further ones would change.
_MOST_CASES = 300
_MOST_OF_ONE_TEXT = 30
_MOST_WEIGHED = 60
# How much a fact of this type says by itself: a missing module names the problem, a port hardly.
TELLS = {
    "module": 1.0,
    "alert": 1.0,
    "container": 0.8,
    "error_constant": 0.6,
    "host": 0.6,
    "process": 0.6,
    "service": 0.6,
    "exception": 0.5,
    "errno": 0.5,
    "port": 0.4,
    "http_status": 0.35,
    CONCEPT: 0.25,
}
# Rarity is counted as if among so many cases, so that a young base does not think all is rare,
# nor one whose every case is the same that this says nothing.
_AMONG = 1000
# Points: 100 times the natural logarithm of how rarely a fact is shared, by what it tells. A
# module that no other case names gives 650, a status 230.
SAME_TEXT, SAME_CAUSE = 2000, 200
SIMILAR_FROM = 450
# Of what the new text states, this share has to be in the other.
LEAST_SHARE = 0.4


@dataclass(frozen=True, kw_only=True)
class SimilarCase:
    """A concluded case, with everything that makes it similar. `points` only order them.

    `more`: how many further similar cases were fixed in the same way.
    """

    case: Investigation
    points: int
    is_same_text: bool
    is_same_cause: bool
    shared: tuple[Identifier, ...]
    more: int = 0


def similar_cases(
    investigation: Investigation, analysis: Analysis, *, leading: Cause | None
) -> tuple[SimilarCase, ...]:
    """The most similar concluded cases, the newest of equals first; a fixed number of queries."""
    stated = identifiers(analysis)
    cases = newest_cases([one.term for one in stated], most=_MOST_CASES)
    weights = _weights(stated, cases)
    same_text = _of_the_same_text(investigation)
    likely = _likely(same_text, cases, weights, besides=investigation.pk)
    terms = _terms_of(likely, stated)
    weighed = [
        _weighed(case, stated, weights, terms.get(case.pk, frozenset()), same_text, leading)
        for case in _read(likely)
    ]
    found = [one for one in weighed if _is_similar(one, weights)]
    found.sort(key=lambda one: (-one.points, -one.case.pk))
    return tuple(_each_way_once(found)[:MOST_SIMILAR])


def _weights(stated: Iterable[Identifier], cases: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Points per term: BM25's inverse document frequency, by what its type tells."""
    return {one.term: _points(one, len(cases.get(one.term, ()))) for one in stated}


def _points(one: Identifier, holders: int) -> int:
    rarity = math.log(1 + (_AMONG - holders + 0.5) / (holders + 0.5))
    return round(100 * rarity * TELLS[one.type])


def _of_the_same_text(investigation: Investigation) -> list[int]:
    """The fingerprint holds its version, so that one of another algorithm is never the same."""
    alike = Investigation.objects.filter(
        fingerprint=investigation.fingerprint, concluded_at__isnull=False
    )
    newest = alike.order_by("-concluded_at", "-pk").values_list("pk", flat=True)
    return list(newest[:_MOST_OF_ONE_TEXT])


def _likely(
    same_text: Sequence[int],
    cases: Mapping[str, Sequence[int]],
    weights: Mapping[str, int],
    *,
    besides: int | None,
) -> list[int]:
    """The cases worth reading whole: those of the same text, and the best by their facts."""
    points = dict.fromkeys(same_text, SAME_TEXT)
    for term, holders in cases.items():
        for case in holders:
            points[case] = points.get(case, 0) + weights[term]
    best = sorted(points, key=lambda case: (-points[case], -case))
    return [case for case in best if case != besides][:_MOST_WEIGHED]


def _terms_of(cases: Sequence[int], stated: Iterable[Identifier]) -> dict[int, set[str]]:
    """Which of the terms each case has, also where it is not among a term's newest."""
    terms: dict[int, set[str]] = {}
    rows = CaseFact.objects.filter(investigation__in=cases, term__in=[one.term for one in stated])
    for case, term in rows.values_list("investigation_id", "term"):
        terms.setdefault(case, set()).add(term)
    return terms


def _read(cases: Sequence[int]) -> list[Investigation]:
    rows = Investigation.objects.filter(pk__in=cases).select_related(
        "concluded_by", "concluded_cause__guide", "concluded_resolution__cause__guide"
    )
    return list(
        rows.prefetch_related(
            "attempts",
            "concluded_cause__guide__translations",
            "concluded_resolution__cause__guide__translations",
        ).order_by("-pk")
    )


def _weighed(
    case: Investigation,
    stated: Iterable[Identifier],
    weights: Mapping[str, int],
    terms: frozenset[str] | set[str],
    same_text: Sequence[int],
    leading: Cause | None,
) -> SimilarCase:
    shared = tuple(one for one in stated if one.term in terms)
    is_same_text = case.pk in same_text
    is_same_cause = leading is not None and case.concluded_cause_id == leading.pk
    return SimilarCase(
        case=case,
        points=SAME_TEXT * is_same_text
        + SAME_CAUSE * is_same_cause
        + sum(weights[one.term] for one in shared),
        is_same_text=is_same_text,
        is_same_cause=is_same_cause,
        shared=shared,
    )


def _is_similar(one: SimilarCase, weights: Mapping[str, int]) -> bool:
    if one.is_same_text:
        return True
    shared = sum(weights[each.term] for each in one.shared)
    is_enough = shared >= LEAST_SHARE * sum(weights.values())
    return bool(one.shared) and is_enough and one.points >= SIMILAR_FROM


def _each_way_once(found: Iterable[SimilarCase]) -> list[SimilarCase]:
    """What everybody did is one line: the most similar case, and how many more there are."""
    by_way: dict[tuple[int | None, str], list[SimilarCase]] = {}
    for one in found:
        way = (one.case.concluded_resolution_id, one.case.what_worked)
        by_way.setdefault(way, []).append(one)
    return [replace(first, more=len(rest)) for first, *rest in by_way.values()]
