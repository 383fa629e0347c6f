"""How far a match can be trusted. The top score alone cannot say: it is high for any long text.

Three things are asked instead: was an authored symptom seen, how much of what the text
*says* does the guide explain, and what contradicts. The thresholds are held by tests.
"""

from collections.abc import Sequence

from kb.matching.authored import AuthoredHit
from kb.matching.candidate import Candidate
from kb.matching.chosen import Chosen, asked
from kb.matching.contradictions import Contradiction, matching_ports
from kb.matching.impacts import FULL_IMPACT
from kb.matching.terms import SYLLABLES, WORD
from kb.matching.values import Analysis, Scored, Strength

STRONG_FROM, POSSIBLE_FROM = 70, 35

# A word that stands in the guide this strongly counts as fully explained.
_SOLID_IMPACT = 100
# Words alone convince when the guide has this share of what the base knows of the text, ...
_FULL_FIT = 0.65
# ... the base knows this share of the text, and that is more than a word or two.
_ENOUGH_SHARE, _ENOUGH_WORDS = 0.4, 3.0
# Two words in common happen; so few are never a strong match.
_STRONG_WORDS, _MOST_BY_FEW = 5.0, 0.69
# A Korean word of three syllables is two pairs.
_WORDS = {WORD: 1.0, SYLLABLES: 0.8}
# An authored symptom on the very port the guide was written for.
_SAME_PORT_DOUBT = 0.6
# What is left of words alone when the author foresaw symptoms and the text has none of them.
_UNFORESEEN = 0.7
# A match this far below the best one is not an answer beside it.
_FAR_BEHIND = 0.3
_AS_WRITTEN = 100
# Words alone are strong only when no other guide explains them nearly as well.
_CLEAR_LEAD = 1.15


def confidence(
    analysis: Analysis,
    guide: Candidate,
    chosen: Sequence[Chosen],
    hits: Sequence[AuthoredHit],
    against: Sequence[Contradiction],
) -> int:
    """0 to 100."""
    chosen = _heard(chosen)
    share, words = _explained(analysis, guide, chosen, hits)
    trust = _by_words(guide, chosen, share, words)
    if guide.symptoms and not hits:
        trust *= _UNFORESEEN
    if any(hit.is_telling for hit in hits):
        trust = max(trust, _by_symptoms(hits, share, bool(matching_ports(analysis, guide))))
    for contradiction in against:
        trust = trust * contradiction.keeps / 100
    return round(100 * trust)


def _heard(chosen: Sequence[Chosen]) -> list[Chosen]:
    """What the loudest lines say: a guide need not explain the rest of a log."""
    loudest = max((choice.term.line for choice in chosen), default=0)
    return [choice for choice in chosen if choice.term.line == loudest]


def _by_symptoms(hits: Sequence[AuthoredHit], share: float, same_port: bool) -> float:
    """What an author foresaw: the more telling the better, less for what it leaves unexplained."""
    doubt = (1 - share) * (_SAME_PORT_DOUBT if same_port else 1.0)
    for hit in hits:
        doubt *= 1 - (0.15 + 0.7 * hit.specificity / 100)
    return 1 - doubt


def _by_words(guide: Candidate, chosen: Sequence[Chosen], share: float, words: float) -> float:
    """On the open set the fit tells answered from unanswered texts best (AUROC 0.78 to 0.92).

    It only knows words the base knows, so a text from another world needs the other two.
    """
    terms = asked(chosen)
    most = sum(choice.worth for choice in terms) * FULL_IMPACT
    has = sum(choice.worth * guide.impacts.get(choice.term.key, 0) for choice in terms)
    fit = min(1.0, has / most / _FULL_FIT) if most else 0.0
    trust = fit * min(1.0, share / _ENOUGH_SHARE) * min(1.0, words / _ENOUGH_WORDS)
    return trust if words >= _STRONG_WORDS else min(trust, _MOST_BY_FEW)


def _explained(
    analysis: Analysis, guide: Candidate, chosen: Sequence[Chosen], hits: Sequence[AuthoredHit]
) -> tuple[float, float]:
    """The explained share of the text's telling words (0 to 1), and how many words that is."""
    known = [c for c in analysis.concepts if guide.impacts.get(f"@{c.name}", 0) > 0]
    covered = [(*hit.hit.span, hit.hit.slug) for hit in hits if hit.covers]
    covered += [(*concept.span, f"@{concept.name}") for concept in known]
    total = explained = words = 0.0
    reworded: set[str] = set()
    for choice in chosen:
        term = choice.term
        if term.kind not in (WORD, SYLLABLES):
            continue
        part = min(1.0, guide.impacts.get(term.key, 0) / _SOLID_IMPACT)
        words += term.weight / 100 * part * _WORDS[term.kind]
        over = [name for s, e, name in covered for a, b in term.spans[:1] if s <= a and b <= e]
        if over:
            reworded |= {*over} if part == 0 else set()
            part = 1.0
        total += choice.worth
        explained += choice.worth * part
    # An idea in other words is one word the guide has, however many the text needs for it.
    return (explained / total if total else 0.0), words + len(reworded)


def strength(one: Scored, *, best: int, rival: int) -> Strength:
    """`best` is the highest score of all, `rival` the highest among the other guides.

    What is contradicted is never strong, whatever else speaks for it; nor is what was only nearly
    said.
    """
    trust, score = one.confidence, one.score
    if trust < POSSIBLE_FROM or score < best * _FAR_BEHIND:
        return Strength.WEAK
    is_said = any(hit.share >= _AS_WRITTEN for hit in one.symptoms)
    is_clear = is_said or (not one.symptoms and score >= rival * _CLEAR_LEAD)
    if trust < STRONG_FROM or one.against or not is_clear:
        return Strength.POSSIBLE
    return Strength.STRONG
