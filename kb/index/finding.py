"""Finding the guides that know a text."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.index import tables
from kb.index.packing import Packed, term_id
from kb.index.rows import causes_in, impacts_in, symptoms_in
from kb.index.signs import signs_in
from kb.index.top import Asked, highest
from kb.matching import Analysis, Contribution, SymptomHit
from kb.matching import Strength as Trust
from kb.matching.candidate import Candidate
from kb.matching.chosen import Chosen, asked, choose, looked_at
from kb.matching.scoring import score_all
from kb.matching.values import Scored
from kb.models import Guide

# Guides that are scored in full, and weak ones that are shown when nothing matched.
_MOST_CANDIDATES = 40
_MOST_MATCHES, _MOST_WEAK = 10, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class GuideMatch:
    """One guide for a text. `why` and `against` together sum to `score`."""

    guide_id: int
    score: float
    strength: str
    confidence: int
    why: tuple[Contribution, ...]
    against: tuple[Contribution, ...]
    symptoms: tuple[SymptomHit, ...]
    causes: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """`matches` is empty when nothing is known about the text; `weak` is what came nearest."""

    matches: tuple[GuideMatch, ...] = field(default=())
    weak: tuple[GuideMatch, ...] = field(default=())


def find(analysis: Analysis, *, services: Sequence[str] = ()) -> Found:
    """The published guides that know the text, best first.

    Six queries; in a large base one more for every four common terms, and for every hundred
    guides, that can still change the answer.
    """
    signs = signs_in(analysis)
    known = _known([*(term_id(term.key) for term in analysis.terms), *signs])
    chosen = choose(analysis.terms, _frequencies(analysis, known), _count())
    keys = {term_id(choice.term.key): choice for choice in asked(chosen)}
    likely = highest(_asked(keys, signs, known), _MOST_CANDIDATES)
    candidates = _candidates(likely, {term_id(key): key for key in looked_at(chosen)})
    scored = score_all(analysis, candidates, chosen, services=frozenset(services))
    matches = [_match(guide, one) for guide, one in scored if one.strength != Trust.WEAK]
    weak = [_match(guide, one) for guide, one in scored if one.strength == Trust.WEAK and one.why]
    return Found(matches=tuple(matches[:_MOST_MATCHES]), weak=tuple(weak[:_MOST_WEAK]))


def _match(guide: Candidate, one: Scored) -> GuideMatch:
    return GuideMatch(
        guide_id=guide.guide_id,
        score=one.score,
        strength=one.strength,
        confidence=one.confidence,
        why=one.why,
        against=one.against,
        symptoms=one.symptoms,
        causes=one.causes,
    )


# A term's number -> how many guides have it, and their postings where it is rare.
_Known = Mapping[int, tuple[int, Packed]]


def _known(numbers: Sequence[int]) -> _Known:
    sql = "SELECT id, guides, postings FROM kb_indexterm WHERE id IN %s"
    rows = tables.fetch(sql, list(numbers))
    return {number: (guides, postings) for number, guides, postings in rows}


def _frequencies(analysis: Analysis, known: _Known) -> dict[str, int]:
    numbers = {term.key: term_id(term.key) for term in analysis.terms}
    return {key: known[number][0] for key, number in numbers.items() if number in known}


def _count() -> int:
    """How many guides there are to find."""
    rows = tables.fetch("SELECT guides FROM kb_indexstate")
    return rows[0][0] if rows else 0


def _asked(keys: Mapping[int, Chosen], signs: Mapping[int, int], known: _Known) -> Iterable[Asked]:
    """A sign is worth what it will add to the score; words are worth a hundredth of theirs."""
    for number, choice in keys.items():
        yield _of(number, choice.worth, known)
    for number, amount in signs.items():
        if number in known:
            yield _of(number, 100 * amount, known)


def _of(number: int, worth: int, known: _Known) -> Asked:
    guides, postings = known[number]
    return Asked(term=number, worth=worth, guides=guides, postings=postings)


def _candidates(guides: Sequence[int], keys: Mapping[int, str]) -> list[Candidate]:
    """What is known of these guides; `keys` are the terms looked at, by number.

    What a guide is called, who it is for and whether it is published is read from itself.
    """
    services = _services(guides)
    return [_candidate(*row, services=services[row[0]], keys=keys) for row in _own_rows(guides)]


def _own_rows(guides: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    sql = (
        "SELECT guide_id, terms, causes, details, slug, parameters FROM kb_indexedguide"
        " JOIN kb_guide ON id = guide_id WHERE guide_id IN %s AND state = %s ORDER BY guide_id"
    )
    return tables.fetch(sql, list(guides), Guide.State.PUBLISHED)


def _candidate(
    guide_id: int,
    terms: Packed,
    causes: Packed,
    details_json: str,
    slug: str,
    parameters_json: str,
    *,
    services: set[str],
    keys: Mapping[int, str],
) -> Candidate:
    details, parameters = json.loads(details_json), json.loads(parameters_json)
    found = impacts_in(terms, keys)
    places = {place: keys[number] for number, (place, _impact) in found.items()}
    return Candidate(
        guide_id=guide_id,
        slug=slug,
        impacts={keys[number]: impact for number, (_place, impact) in found.items()},
        causes=causes_in(causes, details["causes"], places),
        marks=frozenset(details["marks"]),
        ports=_defaults(parameters, "port"),
        containers=_defaults(parameters, "container"),
        services=frozenset(services),
        symptoms=symptoms_in(details),
    )


def _services(guides: Sequence[int]) -> Mapping[int, set[str]]:
    services: dict[int, set[str]] = defaultdict(set)
    sql = (
        "SELECT guide_id, slug FROM kb_guide_services JOIN kb_service ON kb_service.id = service_id"
        " WHERE guide_id IN %s"
    )
    for guide, service in tables.fetch(sql, list(guides)):
        services[guide].add(service)
    return services


def _defaults(parameters: Mapping[str, Mapping[str, Any]], meaning: str) -> frozenset[str]:
    """The defaults of parameters of this type, or read from this type of fact."""
    return frozenset(
        str(parameter["default"])
        for parameter in parameters.values()
        if meaning in (parameter.get("type"), parameter.get("from"))
        and parameter.get("default") not in (None, "")
    )
