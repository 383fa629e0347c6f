"""A stored guide as the draft and the file it would be."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from kb import ingest
from kb.ingest import (
    CauseDraft,
    CheckDraft,
    EvidenceDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
    TranslationDraft,
)
from kb.models import Cause, Check, Guide, GuideTranslation, Resolution, Suggests, Symptom

_PARTS = (
    "services",
    "symptoms__explained_by",
    Prefetch("symptoms__suggests", Suggests.objects.select_related("cause")),
    Prefetch("checks", Check.objects.select_related("probe")),
    Prefetch("causes", Cause.objects.select_related("refines")),
    "causes__evidence",
    "causes__resolutions__verify",
)


def draft_of(guide: Guide) -> GuideDraft:
    """The guide as it is stored now, read in a fixed number of queries."""
    # A fresh instance: what the caller prefetched may be older than what it has just written.
    stored = Guide.objects.get(pk=guide.pk)
    prefetch_related_objects([stored], *_PARTS)
    return GuideDraft(
        slug=stored.slug,
        language=stored.language,
        title=stored.title,
        summary=stored.summary,
        state=stored.state,
        services=frozenset(service.slug for service in stored.services.all()),
        review_after=stored.review_after,
        parameters={name: _parameter(entry) for name, entry in stored.parameters.items()},
        symptoms=tuple(_symptom(symptom) for symptom in stored.symptoms.all()),
        checks=tuple(_check(check) for check in stored.checks.all()),
        causes=tuple(_cause(cause) for cause in stored.causes.all()),
        body=stored.body,
    )


def file_of(guide: Guide) -> str:
    """The guide as a file: what an export holds, and what importing it would change nothing of."""
    return ingest.dump(draft_of(guide))


def translation_draft_of(translation: GuideTranslation) -> TranslationDraft:
    return TranslationDraft(
        translates=translation.guide.slug,
        language=translation.language,
        title=translation.title,
        summary=translation.summary,
        names=translation.names,
        body=translation.body,
    )


def _parameter(entry: dict[str, Any]) -> ParameterDraft:
    default = entry.get("default")
    return ParameterDraft(
        type=str(entry.get("type", "text")),
        default=default,
        read_from=str(entry.get("from", "")),
        required=bool(entry.get("required", False)),
        label=str(entry.get("label", "")),
    )


def _symptom(symptom: Symptom) -> SymptomDraft:
    return SymptomDraft(
        slug=symptom.slug,
        phrases=tuple(symptom.phrases),
        pattern=symptom.pattern,
        language=symptom.language,
        explained_by=frozenset(other.slug for other in symptom.explained_by.all()),
        suggests={link.cause.slug: link.strength for link in symptom.suggests.all()},
        provenance=symptom.provenance,
    )


def _check(check: Check) -> CheckDraft:
    return CheckDraft(
        slug=check.slug,
        name=check.name,
        probe=check.probe.slug,
        values=check.parameters,
        role=check.role,
        section=check.section,
        baseline=check.baseline,
        schedule=check.schedule,
        provenance=check.provenance,
    )


def _cause(cause: Cause) -> CauseDraft:
    return CauseDraft(
        slug=cause.slug,
        title=cause.title,
        section=cause.section,
        standing=cause.standing,
        weight=cause.weight,
        refines=cause.refines.slug if cause.refines else "",
        provenance=cause.provenance,
        evidence=tuple(
            EvidenceDraft(when=row.when, says=row.says, provenance=row.provenance)
            for row in cause.evidence.all()
        ),
        resolutions=tuple(_resolution(row) for row in cause.resolutions.all()),
    )


def _resolution(resolution: Resolution) -> ResolutionDraft:
    return ResolutionDraft(
        slug=resolution.slug,
        title=resolution.title,
        kind=resolution.kind,
        section=resolution.section,
        risk=resolution.risk,
        caution=resolution.caution,
        rollback=resolution.rollback,
        verify=frozenset(check.slug for check in resolution.verify.all()),
        provenance=resolution.provenance,
    )
