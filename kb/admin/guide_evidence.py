"""All of a guide's evidence, cause by cause, to be read beside its form."""

from dataclasses import dataclass

from django.urls import reverse

from kb.models import Cause, Guide
from kb.services.authoring.evidence_words import sentence_of


@dataclass(frozen=True, kw_only=True)
class SaidEvidence:
    says: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CauseEvidence:
    """`address` is where it is written; empty for who may only read."""

    cause: Cause
    rows: tuple[SaidEvidence, ...]
    address: str


def evidence_of(guide: Guide, *, may_change: bool) -> list[CauseEvidence]:
    names = {
        slug: guide.localized_name("checks", slug, name)
        for slug, name in guide.checks.values_list("slug", "name")
    }
    return [
        CauseEvidence(
            cause=cause,
            rows=tuple(
                SaidEvidence(
                    says=row.says,
                    sentence=sentence_of(
                        row.when,
                        row.says,
                        guide.localized_name("causes", cause.slug, cause.title),
                        names,
                    ),
                )
                for row in cause.evidence.all()
            ),
            address=reverse("admin:kb_cause_change", args=[cause.pk]) if may_change else "",
        )
        for cause in guide.causes.prefetch_related("evidence")
    ]
