"""Writing a draft into its guide's rows: matched by slug, never deleted and made anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from kb.ingest import CauseDraft, EvidenceDraft, GuideDraft
from kb.ingest.writing import parameter_entry
from kb.models import Cause, Check, Evidence, Guide, Resolution, Service, Suggests, Symptom
from probes.models import Probe

Slugged = dict[str, Any]


def write_guide(guide: Guide, draft: GuideDraft) -> None:
    """Make the guide and all its rows what the draft says.

    Rows keep their identity, because incidents and attempts point at causes and resolutions;
    only what the draft no longer names is deleted.
    """
    guide.language, guide.title, guide.summary = draft.language, draft.title, draft.summary
    guide.state, guide.review_after, guide.body = draft.state, draft.review_after, draft.body
    guide.parameters = {name: parameter_entry(item) for name, item in draft.parameters.items()}
    guide.save()
    guide.services.set(_services(draft.services))
    checks = _write_checks(guide, draft)
    causes = _write_causes(guide, draft)
    for cause in draft.causes:
        _write_evidence(causes[cause.slug], cause.evidence)
        _write_resolutions(causes[cause.slug], cause, checks)
    _write_symptoms(guide, draft, causes)


def _services(slugs: frozenset[str]) -> list[Service]:
    """A service that a guide names first exists from then on."""
    return [
        Service.objects.get_or_create(slug=slug, defaults={"name": slug})[0]
        for slug in sorted(slugs)
    ]


def _write_checks(guide: Guide, draft: GuideDraft) -> Slugged:
    probes = Probe.objects.in_bulk({check.probe for check in draft.checks}, field_name="slug")
    wanted = {
        check.slug: {
            "name": check.name,
            "probe": probes[check.probe],
            "parameters": dict(check.values),
            "role": check.role,
            "section": check.section,
            "baseline": check.baseline,
            "schedule": check.schedule,
            "provenance": check.provenance,
        }
        for check in draft.checks
    }
    return _upsert(Check, {"guide": guide}, wanted)


def _write_causes(guide: Guide, draft: GuideDraft) -> Slugged:
    wanted = {
        cause.slug: {
            "title": cause.title,
            "section": cause.section,
            "standing": cause.standing,
            "weight": cause.weight,
            "provenance": cause.provenance,
        }
        for cause in draft.causes
    }
    causes = _upsert(Cause, {"guide": guide}, wanted)
    for cause in draft.causes:
        _change(causes[cause.slug], {"refines": causes.get(cause.refines)})
    return causes


def _write_resolutions(cause: Cause, draft: CauseDraft, checks: Slugged) -> None:
    wanted = {
        item.slug: {
            "title": item.title,
            "kind": item.kind,
            "section": item.section,
            "risk": item.risk,
            "caution": item.caution,
            "rollback": item.rollback,
            "provenance": item.provenance,
        }
        for item in draft.resolutions
    }
    resolutions = _upsert(Resolution, {"cause": cause}, wanted)
    for item in draft.resolutions:
        resolutions[item.slug].verify.set([checks[slug] for slug in item.verify])


def _write_evidence(cause: Cause, drafts: Sequence[EvidenceDraft]) -> None:
    """Evidence has no name of its own, so rows are matched by their place."""
    stored = list(cause.evidence.all())
    for position, draft in enumerate(drafts):
        row = stored[position] if position < len(stored) else Evidence(cause=cause)
        values = {"when": dict(draft.when), "says": draft.says, "provenance": draft.provenance}
        _change(row, {**values, "position": position})
    for row in stored[len(drafts) :]:
        row.delete()


def _write_symptoms(guide: Guide, draft: GuideDraft, causes: Slugged) -> None:
    wanted = {
        symptom.slug: {
            "phrases": list(symptom.phrases),
            "pattern": symptom.pattern,
            "language": symptom.language,
            "provenance": symptom.provenance,
        }
        for symptom in draft.symptoms
    }
    symptoms = _upsert(Symptom, {"guide": guide}, wanted)
    for symptom in draft.symptoms:
        row = symptoms[symptom.slug]
        row.explained_by.set([symptoms[slug] for slug in symptom.explained_by])
        _write_suggestions(row, symptom.suggests, causes)


def _write_suggestions(symptom: Symptom, wanted: Mapping[str, str], causes: Slugged) -> None:
    stored = {link.cause_id: link for link in symptom.suggests.all()}
    for slug, strength in wanted.items():
        cause = causes[slug]
        link = stored.pop(cause.pk, None) or Suggests(symptom=symptom, cause=cause)
        _change(link, {"strength": strength})
    for link in stored.values():
        link.delete()


def _upsert(
    model: type[models.Model], owner: dict[str, Any], wanted: Mapping[str, dict[str, Any]]
) -> Slugged:
    """The owner's rows by slug, as wanted and in that order; the others are gone."""
    rows: Slugged = {}
    manager = model._default_manager
    stored: Slugged = {row.slug: row for row in manager.filter(**owner)}  # type: ignore[attr-defined]
    for slug, row in stored.items():
        if slug not in wanted:
            row.delete()
    for position, (slug, values) in enumerate(wanted.items()):
        row = stored.get(slug) or model(slug=slug, **owner)
        _change(row, {**values, "position": position})
        rows[slug] = row
    return rows


def _change(row: models.Model, values: Mapping[str, Any]) -> None:
    """Save the row where it is new or differs."""
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
