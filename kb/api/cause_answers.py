"""A ranked cause as the API shows it: why it stands there, what moved it, what repairs it."""

from typing import Any

from kb.api.seen import verification
from kb.diagnosis.track_record import Tally
from kb.matching import Contribution
from kb.models import Attempt, Guide, Resolution
from kb.services import Moved, RankedCause, ResolutionView
from kb.services.guides.headings import heading_of
from kb.templatetags.contributions import (
    factor_words,
    moved_kind,
    moved_kind_words,
    moved_words,
)
from kb.templatetags.reasons import against_words, clue_kind, counter_kind, strength_meaning


def cause(ranked: RankedCause) -> dict[str, Any]:
    return {
        "rank": ranked.rank,
        "slug": ranked.cause.slug,
        "title": ranked.guide.localized_name("causes", ranked.cause.slug, ranked.cause.title),
        "standing": ranked.cause.standing,
        "provenance": ranked.cause.provenance,
        "guide": guide_reference(ranked.guide, ranked.cause.section),
        "strength": ranked.strength,
        "belief": round(ranked.belief, 4),
        "state": ranked.state,
        "match": {
            "score": ranked.score,
            "confidence": ranked.confidence,
            "means": strength_meaning(ranked.strength),
            "why": [contribution(one) for one in ranked.why],
            "against": [objection(one) for one in ranked.against],
        },
        "suggested_by": [
            {
                "symptom": one.seen.symptom.slug,
                "matched": one.seen.matched,
                "span": list(one.seen.span),
                "strength": one.strength,
                "share": one.seen.share,
                "explained_by": one.seen.explained_by and one.seen.explained_by.slug,
            }
            for one in ranked.suggested_by
        ],
        "evidence": [_moved(one) for one in ranked.moved],
        # Everything that made the belief: `moved` sums to log(belief / none_of_these).
        "contributions": [_contributed(one) for one in ranked.contributions],
        "resolutions": [
            {**resolution(view), "verification": verification(view.verification)}
            for view in ranked.resolutions
        ],
    }


def _moved(one: Moved) -> dict[str, Any]:
    return {
        "checks": [check.slug for check in one.checks],
        "runs": [run.public_id for run in one.runs],
        "reason_codes": list(one.reason_codes),
        "attempt": one.attempt and _attempt(one.attempt),
        "inherited_from": one.inherited.slug if one.inherited else None,
        "says": one.says,
        "counted": round(one.counted, 4),
        "moved": round(one.log_odds, 4),
    }


def _contributed(one: Moved) -> dict[str, Any]:
    explained = one.symptom.explained_by if one.symptom else None
    return {
        **_moved(one),
        "kind": moved_kind(one),
        "name": moved_kind_words(one),
        "detail": moved_words(one),
        "factor": factor_words(one),
        "symptom": one.symptom.symptom.slug if one.symptom else None,
        "explained_by": explained.slug if explained else None,
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "what": one.what,
        "resolution": one.resolution and resolution_key(one.resolution),
        "outcome": one.outcome,
        "at": one.at,
    }


def guide_reference(guide: Guide, section: str = "") -> dict[str, Any]:
    return {
        "slug": guide.slug,
        "title": guide.localized("title"),
        "language": guide.language,
        "section": heading_of(guide, section),
        "url": guide.get_absolute_url() + (f"#{section}" if section else ""),
        "review_overdue": guide.is_overdue,
    }


def contribution(one: Contribution) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": clue_kind(one.kind),
        "label": one.label,
        "entry": one.entry,
        "spans": [list(span) for span in one.spans],
        "contribution": one.amount,
    }


def objection(one: Contribution) -> dict[str, Any]:
    """What speaks against, with a sentence that says how."""
    return {
        **contribution(one),
        "name": counter_kind(one.kind),
        "detail": against_words(one.kind, one.label),
    }


def resolution(view: ResolutionView) -> dict[str, Any]:
    this = view.resolution
    return {
        "slug": resolution_key(this),
        "kind": this.kind,
        "title": this.localized("title"),
        "section": f"#{this.section}" if this.section else "",
        "risk": this.risk,
        "caution": this.localized("caution"),
        "rollback": this.localized("rollback"),
        "verify": [state.check.slug for state in view.verify],
        "verified": view.is_verified,
        "track_record": {
            **_tally(view.record.everywhere),
            "environments": {
                name: _tally(tally) for name, tally in view.record.by_environment.items()
            },
            # What the order goes by: the case's own environment, or everywhere.
            "ordered_by": view.environment if view.is_ordered_by_here else None,
        },
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "worked": tally.worked,
        "tried": tally.tried,
        "interval": [round(edge, 4) for edge in tally.interval],
    }


def resolution_key(this: Resolution) -> str:
    """`guide/cause/resolution`: what an outcome names."""
    return f"{this.cause.key}/{this.slug}"
