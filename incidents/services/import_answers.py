"""A document and what came of it as plain values, for programs and the terminal."""

import dataclasses
from typing import Any

from django.utils.translation import gettext as _

from incidents.services.import_decisions import Imported
from incidents.services.importing import date_of
from kb.ingest.plain import Document, Proposal


def document_answer(document: Document, *, slug: str, known: Imported | None) -> dict[str, Any]:
    """What the document would become: every proposal with its id and lines. No secret is in it."""
    return {
        "stored": False,
        "is_known": known is not None,
        "kind": document.kind,
        "reasons": [{"line": line, "detail": sentence} for line, sentence in reasons_of(document)],
        "language": document.language,
        "title": document.title,
        "slug": slug,
        "date": date_of(document),
        "is_cut": document.is_cut,
        "proposals": [proposal_answer(one) for one in document.proposals],
        "secrets": [
            {"id": one.id, "line": one.line, "sorts": list(one.sorts), "masked": one.masked}
            for one in document.secrets
        ],
        "coverage": {str(line): list(ids) for line, ids in document.coverage.items()},
    }


def reasons_of(document: Document) -> list[tuple[int, str]]:
    """Why it is taken for what it is, each sentence with its line."""
    return [
        (one.line, _(one.template) % one.values if one.values else _(one.template))
        for one in document.reasons
    ]


def proposal_answer(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.id,
        "sort": one.sort,
        "line": one.line,
        "last_line": one.lines[-1],
        "also": list(one.also),
        "source": one.source,
        "title": one.title,
        "becomes": dataclasses.asdict(one.becomes),
    }


def imported_answer(imported: Imported) -> dict[str, Any]:
    guide, incident = imported.guide, imported.incident
    return {
        "stored": not imported.is_known,
        "is_known": imported.is_known,
        "guide": guide and {"slug": guide.slug, "state": guide.state},
        "incident": incident and {"id": incident.public_id, "url": incident.get_absolute_url()},
        "created": [one.id for one in imported.created],
        "left_out": [one.id for one in imported.left_out],
        "merged": dict(imported.merged),
    }
