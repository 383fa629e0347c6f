"""A diagnosis as the API shows it: plain data, with spans into the redacted text."""

from typing import Any

from kb.matching import Contribution
from kb.models import Guide, Investigation, Resolution
from kb.services import CheckState, Diagnosis, RankedCause, ResolutionView, SimilarCase, WeakMatch
from kb.services.gaps import Gap
from kb.services.headings import heading_of
from kb.templatetags.answers import fact_kind
from kb.templatetags.reasons import (
    against_words,
    clue_kind,
    counter_kind,
    strength_meaning,
)
from probes.models import Run
from probes.services import answers_of


def investigation(diagnosis: Diagnosis, *, limit: int = 10) -> dict[str, Any]:
    found = diagnosis.investigation
    return {
        "id": found.public_id,
        "url": found.get_absolute_url(),
        "outcome": diagnosis.outcome,
        "input": {
            "chars": len(found.text),
            "truncated": found.truncated,
            "redactions": found.redactions,
            "fingerprint": found.fingerprint,
            "facts": [
                {
                    "type": fact.type,
                    "name": fact_kind(fact.type),
                    "value": fact.value,
                    "span": list(fact.span),
                }
                for fact in diagnosis.facts
            ],
        },
        "parameters": _parameters(diagnosis),
        "symptoms": [
            {
                "guide": seen.symptom.guide.slug,
                "slug": seen.symptom.slug,
                "matched": seen.matched,
                "span": list(seen.span),
                "share": seen.share,
                "explained_by": seen.explained_by and seen.explained_by.slug,
            }
            for seen in diagnosis.symptoms
        ],
        "causes": [cause(ranked) for ranked in diagnosis.causes[:limit]],
        "none_of_these": round(diagnosis.none_of_these, 4),
        "checks": [check(state) for state in diagnosis.checks],
        "next": _next(diagnosis),
        "similar": [_similar(one, found.text) for one in diagnosis.similar],
        "weak": [_weak(one) for one in diagnosis.weak],
        "gap": diagnosis.gap and gap(diagnosis.gap),
        "conclusion": _conclusion(diagnosis),
    }


def _parameters(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        f"{parameter.guide.slug}/{parameter.name}": {
            "value": parameter.value,
            "from": parameter.source,
            "confirmed": parameter.confirmed,
            "needed": parameter.needed,
        }
        for parameter in diagnosis.parameters
    }


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
            "why": [_contribution(one) for one in ranked.why],
            "against": [_objection(one) for one in ranked.against],
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
        "evidence": [
            {
                "checks": [one.slug for one in moved.checks],
                "runs": [run.public_id for run in moved.runs],
                "reason_codes": list(moved.reason_codes),
                "says": moved.says,
                "moved": round(moved.log_odds, 4),
            }
            for moved in ranked.moved
        ],
        "resolutions": [resolution(view) for view in ranked.resolutions],
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


def _contribution(one: Contribution) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": clue_kind(one.kind),
        "label": one.label,
        "entry": one.entry,
        "spans": [list(span) for span in one.spans],
        "contribution": one.amount,
    }


def _objection(one: Contribution) -> dict[str, Any]:
    """What speaks against, with a sentence that says how."""
    return {
        **_contribution(one),
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
            "worked": view.worked,
            "tried": view.tried,
            "interval": [round(edge, 4) for edge in view.interval] if view.interval else None,
        },
    }


def resolution_key(this: Resolution) -> str:
    """`guide/cause/resolution`: what an outcome names."""
    return f"{this.cause.key}/{this.slug}"


def check(state: CheckState) -> dict[str, Any]:
    this, run = state.check, state.run
    return {
        "check": this.key,
        "name": this.guide.localized_name("checks", this.slug, this.name),
        "manual": state.is_manual,
        "phase": state.phase,
        # What a person may say they saw, where that is asked of one.
        "answers": answers_of(this.probe) if state.is_manual or state.asks_witness else [],
        "location": state.location.slug,
        "run": run and _run(run),
        # Seen from other places: not evidence beside `run`.
        "elsewhere": [
            {"location": one.item.batch.location.slug, **_run(one)} for one in state.elsewhere
        ],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.public_id,
        "status": run.status,
        "reason_code": run.reason_code,
        "summary": run.summary,
        "facts": run.facts,
        "answered_by": run.answered_by or None,
        "recorded_at": run.recorded_at,
    }


def _next(diagnosis: Diagnosis) -> dict[str, Any] | None:
    if diagnosis.next is None:
        return None
    keys = [one.key for one in diagnosis.next.checks]
    return {
        "checks": keys,
        "expected_gain_bits": round(diagnosis.next.gain_bits, 3),
        "reason": str(diagnosis.next.reason),
        "request": {
            "method": "POST",
            "url": f"/api/v1/investigations/{diagnosis.investigation.public_id}/batches",
            "body": {"checks": keys},
            "scope": "probes.run_probe",
        },
    }


def _weak(one: WeakMatch) -> dict[str, Any]:
    return {
        "guide": one.guide.slug,
        "title": one.guide.localized("title"),
        "url": one.guide.get_absolute_url(),
        "score": one.score,
        "why": [_contribution(part) for part in one.why],
        "against": [_objection(part) for part in one.match.against],
    }


def gap(one: Gap) -> dict[str, Any]:
    this = one.gap
    return {
        "fingerprint": this.fingerprint,
        "count": this.count,
        "people": one.people,
        "first_seen": this.first_seen,
        "last_seen": this.last_seen,
        "sample": this.sample,
        "answered_at": this.answered_at,
        "answered_by": this.answered_by.slug if this.answered_by else None,
    }


def _similar(one: SimilarCase, text: str) -> dict[str, Any]:
    case = one.case
    return {
        "investigation": case.public_id,
        "url": case.get_absolute_url(),
        "title": case.title,
        "concluded": case.concluded_cause.key if case.concluded_cause else None,
        "resolution": case.concluded_resolution and resolution_key(case.concluded_resolution),
        "worked": worked_words(case),
        "by": case.concluded_by.get_username() if case.concluded_by else None,
        "at": case.concluded_at,
        "more": one.more,
        "why": {
            "same_text": one.is_same_text,
            "same_cause": one.is_same_cause,
            "shared": [
                {
                    "type": shared.type,
                    "value": text[slice(*shared.span)],
                    "span": list(shared.span),
                }
                for shared in one.shared
            ],
        },
    }


def worked_words(case: Investigation) -> str:
    """What fixed it: the guide's words in the reader's language, else what was written down."""
    if case.concluded_resolution:
        return case.concluded_resolution.localized("title")
    return case.what_worked


def _conclusion(diagnosis: Diagnosis) -> dict[str, Any] | None:
    found = diagnosis.investigation
    if found.concluded_at is None:
        return None
    return {
        "at": found.concluded_at,
        "cause": found.concluded_cause.key if found.concluded_cause else None,
        "resolution": found.concluded_resolution and resolution_key(found.concluded_resolution),
        "verified_by": [run.public_id for run in found.verified_by.all()],
    }
