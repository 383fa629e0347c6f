"""A guide as the API shows it: a row of a list, and whole."""

from typing import Any

from kb.models import Guide
from kb.models.knowledge import Provenance
from kb.services.upkeep.contradictions import contradictions_of_guide


def guide_row(guide: Guide) -> dict[str, Any]:
    return {
        "slug": guide.slug,
        "title": guide.localized("title"),
        "summary": guide.localized("summary"),
        "language": guide.language,
        "state": guide.state,
        "services": [service.slug for service in guide.services.all()],
        "review_after": guide.review_after,
        "updated_at": guide.updated_at,
        "url": guide.get_absolute_url(),
    }


def guide_whole(guide: Guide) -> dict[str, Any]:
    return {
        **guide_row(guide),
        "body": guide.localized("body"),
        "parameters": {
            name: {
                **entry,
                "label": guide.localized_name("parameters", name, entry.get("label", "")),
            }
            for name, entry in guide.parameters.items()
        },
        "causes": [
            {
                "slug": one.slug,
                "section": one.section,
                "standing": one.standing,
                "title": guide.localized_name("causes", one.slug, one.title),
            }
            for one in guide.causes.all()
        ],
        "checks": [
            {"check": one.key, "name": guide.localized_name("checks", one.slug, one.name)}
            for one in guide.checks.all()
        ],
        "revision": guide.revision_number,
    }


def contradictions(guide: Guide) -> list[dict[str, Any]]:
    """What the guide says against itself or against what was tried; `lines` of its body."""
    return [
        {
            "sort": one.sort,
            "sentence": one.sentence,
            "lines": list(one.lines),
            "cause": one.cause and one.cause.slug,
            "attempt": one.attempt
            and {
                "what": one.attempt.what,
                "at": one.attempt.at,
                "investigation": one.attempt.investigation.public_id,
            },
            "provenance": Provenance.INFERRED,
        }
        for one in contradictions_of_guide(guide)
    ]
