"""The score of guides against a text: a sum of named contributions, in whole numbers."""

from collections.abc import Sequence
from dataclasses import replace

from kb.matching.authored import AuthoredHit, Heard, find_authored, hear
from kb.matching.candidate import Candidate
from kb.matching.causes import point_at_causes
from kb.matching.chosen import Chosen, asked
from kb.matching.confidence import confidence, strength
from kb.matching.contradictions import Contradiction, contradictions, matching_ports
from kb.matching.impacts import FULL_IMPACT
from kb.matching.values import Analysis, Contribution, Fact, Scored, Strength

GUIDE = "guide"

# A telling authored symptom weighs like a dozen rare words; words alone rarely reach it.
_SYMPTOM, _PER_SPECIFICITY = 400, 20
_SAME_PORT, _SAME_CONTAINER, _SAME_SERVICE = 300, 150, 300


def score_all(
    analysis: Analysis,
    candidates: Sequence[Candidate],
    chosen: Sequence[Chosen],
    *,
    services: frozenset[str] = frozenset(),
) -> list[tuple[Candidate, Scored]]:
    """Best first: by score, then by slug."""
    heard = hear(analysis, candidates)
    scored = [(guide, _score(heard, guide, chosen, services)) for guide in candidates]
    scored.sort(key=lambda pair: (-pair[1].score, pair[0].slug))
    scores = [pair[1].score for pair in scored]
    best = max(scores, default=0)
    causes = point_at_causes([guide for guide, _ in scored], chosen)
    return [
        (
            guide,
            replace(
                one,
                strength=strength(
                    one, best=best, rival=max(scores[:i] + scores[i + 1 :], default=0)
                ),
                causes=causes[i],
            ),
        )
        for i, (guide, one) in enumerate(scored)
    ]


def _score(
    heard: Heard, guide: Candidate, chosen: Sequence[Chosen], services: frozenset[str]
) -> Scored:
    analysis = heard.analysis
    hits = find_authored(guide.symptoms, heard)
    why = [
        *(_of_symptom(hit) for hit in hits),
        *_of_terms(analysis, guide, chosen),
        *_of_parameters(analysis, guide, services),
    ]
    why.sort(key=lambda part: (-part.amount, part.spans, part.kind, part.label))
    found = contradictions(analysis, guide, services)
    against = _taken_off(sum(part.amount for part in why), found)
    return Scored(
        score=sum(part.amount for part in [*why, *against]),
        confidence=confidence(analysis, guide, chosen, hits, found),
        strength=Strength.WEAK,
        why=tuple(why),
        against=tuple(against),
        symptoms=tuple(hit.hit for hit in hits),
    )


def worth_of_symptom(specificity: int) -> int:
    """What an authored symptom adds to a score."""
    return _SYMPTOM + _PER_SPECIFICITY * specificity


def _of_symptom(hit: AuthoredHit) -> Contribution:
    return Contribution(
        kind="symptom",
        label=hit.hit.matched,
        spans=(hit.hit.span,),
        amount=worth_of_symptom(hit.specificity) * hit.loudness // 100,
        entry=f"symptom:{hit.hit.slug}",
    )


def _of_terms(analysis: Analysis, guide: Candidate, chosen: Sequence[Chosen]) -> list[Contribution]:
    parts = []
    for choice in asked(chosen):
        term, impact = choice.term, guide.impacts.get(choice.term.key, 0)
        if amount := choice.worth * impact // (100 * FULL_IMPACT):
            start, end = term.spans[0]
            label = analysis.text[start:end]
            parts.append(
                Contribution(
                    kind=term.kind, label=label, spans=term.spans, amount=amount, entry=GUIDE
                )
            )
    return parts


def _of_parameters(
    analysis: Analysis, guide: Candidate, services: frozenset[str]
) -> list[Contribution]:
    """The guide was written for the very port, container or service."""
    containers = [
        f for f in analysis.facts if f.type == "container" and f.value in guide.containers
    ]
    parts = [
        _of_facts("port", matching_ports(analysis, guide), _SAME_PORT),
        _of_facts("container", containers, _SAME_CONTAINER),
    ]
    if same := sorted(services & guide.services):
        label = ", ".join(same)
        parts.append(
            Contribution(kind="service", label=label, spans=(), amount=_SAME_SERVICE, entry=GUIDE)
        )
    return [part for part in parts if part]


def _of_facts(kind: str, facts: Sequence[Fact], amount: int) -> Contribution | None:
    if not facts:
        return None
    label = ", ".join(dict.fromkeys(fact.value for fact in facts))
    spans = tuple(fact.span for fact in facts)
    return Contribution(kind=kind, label=label, spans=spans, amount=amount, entry=GUIDE)


def _taken_off(score: int, found: Sequence[Contradiction]) -> list[Contribution]:
    """Each contradiction takes its share of what the ones before it left."""
    parts = []
    for contradiction in found:
        amount = score * (100 - contradiction.keeps) // 100
        score -= amount
        parts.append(
            Contribution(
                kind=contradiction.kind,
                label=contradiction.label,
                spans=contradiction.spans,
                amount=-amount,
                entry=GUIDE,
            )
        )
    return parts
