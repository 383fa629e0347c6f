"""A diagnosis as the API shows it: plain data, with spans into the redacted text."""

from typing import Any

from kb.api.cause_answers import cause, contribution, guide_reference, objection, resolution_key
from kb.api.gap_answers import gap
from kb.api.seen import seen
from kb.models import Investigation
from kb.services import CheckState, Diagnosis, SimilarCase, WeakMatch
from kb.services.diagnosing.answers import Avoid
from kb.services.diagnosing.findings import Finding
from kb.templatetags.answers import fact_kind
from kb.templatetags.repairs import confirmation_words
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
        "findings": [_finding(one) for one in diagnosis.findings],
        "avoid": [_avoid(one) for one in diagnosis.avoid],
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


def _avoid(one: Avoid) -> dict[str, Any]:
    this = one.resolution
    return {
        "slug": resolution_key(this),
        "title": this.localized("title"),
        "caution": this.localized("caution"),
        "guide": guide_reference(this.cause.guide, this.section),
        "because": [
            {
                "symptom": lure.symptom.slug,
                "matched": lure.matched,
                "span": list(lure.span),
                "explained_by": lure.explained_by and lure.explained_by.slug,
            }
            for lure in one.lures
        ],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "detail": str(one),
        "said": one.said,
        "span": list(one.span) if one.span else None,
        "looked_at": one.looked,
        "check": one.check.key,
        "run": one.run.public_id,
    }


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
        "run": run and seen(run),
        # Seen from other places: not evidence beside `run`.
        "elsewhere": [
            {"location": one.item.batch.location.slug, **seen(one)} for one in state.elsewhere
        ],
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
        "why": [contribution(part) for part in one.why],
        "against": [objection(part) for part in one.match.against],
    }


def _similar(one: SimilarCase, text: str) -> dict[str, Any]:
    case = one.case
    return {
        "investigation": case.public_id,
        "url": case.get_absolute_url(),
        "title": case.title,
        "concluded": case.concluded_cause.key if case.concluded_cause else None,
        "confirmation": case.confirmation or None,
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
        # How sure the cause is: presumed, runs or person.
        "confirmation": found.confirmation or None,
        "confirmed": confirmation_words(found),
        "resolution": found.concluded_resolution and resolution_key(found.concluded_resolution),
        "kind": found.concluded_resolution and found.concluded_resolution.kind,
        "by": found.concluded_by.get_username() if found.concluded_by else None,
        "verified_by": [run.public_id for run in found.verified_by.all()],
    }
