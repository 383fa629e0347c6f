"""Front matter to a guide's draft, part by part."""

from typing import Any

from kb.ingest import drafts
from kb.ingest.complaints import gettext_noop
from kb.ingest.drafts import (
    CauseDraft,
    CheckDraft,
    EvidenceDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
)
from kb.ingest.fields import Field
from kb.ingest.rows import Row

_GUIDE_KEYS = (
    "slug",
    "language",
    "title",
    "summary",
    "state",
    "services",
    "review_after",
    "parameters",
    "symptoms",
    "checks",
    "causes",
)
PARAMETER_KEYS = ("type", "default", "from", "required", "label")
_SYMPTOM_KEYS = ("phrases", "pattern", "language", "explained_by", "suggests", "provenance")
_CHECK_KEYS = ("probe", "with", "at", "section", "name", "baseline", "schedule", "provenance")
_CAUSE_KEYS = (
    "title",
    "section",
    "standing",
    "weight",
    "refines",
    "provenance",
    "evidence",
    "resolutions",
)
_RESOLUTION_KEYS = (
    "title",
    "kind",
    "section",
    "risk",
    "caution",
    "rollback",
    "verify",
    "provenance",
)

_NO_WORDS = gettext_noop("needs phrases or a pattern, else nothing can match it")
_NO_CONDITION = gettext_noop("needs a reason, a status or facts")
_NO_CHECKS = gettext_noop("needs at least one check")


def read_guide(top: Field, body: str) -> GuideDraft:
    row = _Row(top, _GUIDE_KEYS, required=("slug", "language", "title"))
    return GuideDraft(
        slug=row.slug("slug"),
        language=row.text("language", 8),
        title=row.text("title", 200),
        summary=row.text("summary", 5000, lines=True),
        state=row.choice("state", drafts.STATES, "published"),
        services=row.slugs("services"),
        review_after=row.fields["review_after"].date() if "review_after" in row.fields else None,
        parameters={name: read_parameter(field) for name, field in row.names("parameters")},
        symptoms=tuple(_symptom(slug, field) for slug, field in row.rows("symptoms")),
        checks=tuple(_check(slug, field) for slug, field in row.rows("checks")),
        causes=tuple(_cause(slug, field) for slug, field in row.rows("causes")),
        body=body,
        places=top.report.places,
    )


class _Row(Row):
    def provenance(self) -> str:
        return self.choice("provenance", drafts.PROVENANCES, "document")


def read_parameter(field: Field) -> ParameterDraft:
    row = _Row(field, PARAMETER_KEYS, required=("type",))
    return ParameterDraft(
        type=row.choice("type", drafts.PARAMETER_TYPES, "text"),
        default=row.fields["default"].plain() if "default" in row.fields else None,
        read_from=row.text("from", 40),
        required=row.fields["required"].boolean() if "required" in row.fields else False,
        label=row.text("label", 200),
    )


def _symptom(slug: str, field: Field) -> SymptomDraft:
    row = _Row(field, _SYMPTOM_KEYS)
    phrases, pattern = row.texts("phrases", 500), row.text("pattern", 500)
    if not phrases and not pattern:
        field.complain(_NO_WORDS)
    suggests = row.rows("suggests")
    return SymptomDraft(
        slug=slug,
        phrases=phrases,
        pattern=pattern,
        language=row.text("language", 8),
        explained_by=row.slugs("explained_by"),
        suggests={cause: item.choice(drafts.STRENGTHS, "weak") for cause, item in suggests},
        provenance=row.provenance(),
    )


def _check(slug: str, field: Field) -> CheckDraft:
    row = _Row(field, _CHECK_KEYS, required=("probe",))
    return CheckDraft(
        slug=slug,
        name=row.text("name", 200, default=_name_from(slug)),
        probe=row.slug("probe"),
        values={name: item.plain() for name, item in row.names("with")},
        role=row.choice("at", drafts.ROLES, "target"),
        section=row.text("section", 120),
        baseline=row.text("baseline", 40),
        schedule=row.text("schedule", 120),
        provenance=row.provenance(),
    )


def _cause(slug: str, field: Field) -> CauseDraft:
    row = _Row(field, _CAUSE_KEYS)
    evidence = row.fields["evidence"].items() if "evidence" in row.fields else []
    return CauseDraft(
        slug=slug,
        title=row.text("title", 200, default=_name_from(slug)),
        section=row.text("section", 120),
        standing=row.choice("standing", drafts.STANDINGS, "suspected"),
        weight=row.fields["weight"].positive_number() if "weight" in row.fields else 1.0,
        refines=row.slug("refines"),
        provenance=row.provenance(),
        evidence=tuple(_evidence(item) for item in evidence),
        resolutions=tuple(_resolution(slug, item) for slug, item in row.rows("resolutions")),
    )


def _evidence(field: Field) -> EvidenceDraft:
    row = _Row(field, ("when", "says", "provenance"), required=("when", "says"))
    return EvidenceDraft(
        when=read_when(row.fields["when"]) if "when" in row.fields else {},
        says=row.choice("says", drafts.SAYS, "for"),
        provenance=row.provenance(),
    )


def read_when(field: Field) -> dict[str, dict[str, Any]]:
    """A conjunction over checks. Only what complains leaves it empty."""
    conditions = {check: _condition(item) for check, item in field.rows()}
    if field.is_mapping and not conditions:
        field.complain(_NO_CHECKS)
    return conditions


def _condition(field: Field) -> dict[str, Any]:
    """A reason code, a list of them, or {reason, status, facts}; normalised to the last."""
    if not field.is_mapping:
        return _without_empty({"reason": _codes(field)})
    row = _Row(field, ("reason", "status", "facts"))
    if not row.fields:
        field.complain(_NO_CONDITION)
    return _without_empty(
        {
            "reason": _codes(row.fields["reason"]) if "reason" in row.fields else [],
            "status": _statuses(row.fields["status"]) if "status" in row.fields else [],
            "facts": {name: item.plain() for name, item in row.names("facts")},
        }
    )


def _codes(field: Field) -> list[str]:
    items = field.one_or_more()
    if not items and field.is_list:
        field.complain(_NO_CONDITION)
    return [code for item in items if (code := item.text(40))]


def _statuses(field: Field) -> list[str]:
    return [s for item in field.one_or_more() if (s := item.choice(drafts.STATUSES, ""))]


def _without_empty(condition: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in condition.items() if value}


def _resolution(slug: str, field: Field) -> ResolutionDraft:
    row = _Row(field, _RESOLUTION_KEYS)
    return ResolutionDraft(
        slug=slug,
        title=row.text("title", 200, default=_name_from(slug)),
        kind=row.choice("kind", drafts.RESOLUTION_KINDS, "fix"),
        section=row.text("section", 120),
        risk=row.choice("risk", drafts.RISKS, "low"),
        caution=row.text("caution", 300),
        rollback=row.text("rollback", 300),
        verify=row.slugs("verify"),
        provenance=row.provenance(),
    )


def _name_from(slug: str) -> str:
    return slug.replace("-", " ").replace("_", " ").strip() or slug
