"""A plain document, as far as a person accepts it: a guide, or an incident with its guide."""

import datetime
import hashlib

from django.contrib.auth.models import User
from django.db import transaction

from incidents.models import Incident
from incidents.services.import_decided import Decided
from incidents.services.import_decisions import (
    CannotImport,
    Decision,
    Imported,
    Problem,
    Rights,
    accepted,
    ids_of,
)
from incidents.services.import_reports import Report, store_report
from incidents.services.import_rules import problems_of
from kb import index
from kb.ingest import BadGuide
from kb.ingest.plain import REPORT, Cause, Document, Fact, Proposal, Reference, with_replaced
from kb.models import Guide
from kb.services.authoring.plain_guides import PlainGuide, guide_from, suggested_slug
from kb.services.authoring.plain_probes import provide_probes
from kb.services.guides.complaints import sentence
from kb.services.guides.saving import save_guide

__all__ = [
    "CannotImport",
    "Decided",
    "Decision",
    "Imported",
    "Problem",
    "Rights",
    "accepted",
    "date_of",
    "everything",
    "ids_of",
    "import_plain",
    "known_before",
    "slug_for",
]


def everything(document: Document, *, name: str = "") -> Decision:
    """The decision that takes every proposal as it is proposed, and keeps no secret."""
    return Decision(
        accept=accepted(document, "all"),
        date=date_of(document),
        slug=slug_for(document, name=name),
    )


def date_of(document: Document) -> datetime.date | None:
    """When it happened, as the document says; else when it was written."""
    said = {
        one.becomes.name: one.becomes.value
        for one in reversed(document.proposals)
        if isinstance(one.becomes, Fact)
    }
    found = said.get("date") or said.get("written")
    return datetime.date.fromisoformat(found) if found else None


def slug_for(document: Document, *, name: str = "") -> str:
    sha = hashlib.sha256(document.body.encode()).hexdigest()
    return suggested_slug(document.title, name=name, sha=sha)


def known_before(document: Document, decision: Decision | None = None) -> Imported | None:
    """What an earlier import of this very document made, whatever was decided then of secrets."""
    keep = decision.keep if decision else frozenset[str]()
    bodies = {
        with_replaced(document.body, document.secrets, keep=keep),
        with_replaced(document.body, document.secrets),
        document.body,
    }
    if document.kind == REPORT:
        incident = Incident.objects.filter(report__in=bodies).first()
        guide = incident.guides.first() if incident else None
        return Imported(incident=incident, guide=guide, is_known=True) if incident else None
    guide = Guide.objects.filter(body__in=bodies).first()
    return Imported(guide=guide, is_known=True) if guide else None


def import_plain(
    document: Document, decision: Decision, *, by: User | None, rights: Rights, source: str
) -> Imported:
    """Store what was accepted, all of it or nothing. The same document again stores nothing.

    A guide comes as a draft, or for review where whoever imports may not publish: never
    published. Raises CannotImport with every problem.
    """
    decided = Decided(document, decision, slug=slug_for(document))
    maker = _Maker(decided, may_publish=rights.may_publish)
    try:
        with transaction.atomic():
            # Two may import at once: whoever comes second sees what the first has stored.
            index.lock()
            if known := known_before(document, decision):
                return known
            if problems := problems_of(decided, rights):
                raise CannotImport(problems)
            return maker.store(by=by, source=source)
    except BadGuide as refused:
        raise CannotImport(maker.about(refused)) from refused


class _Maker:
    """Stores what was decided, inside the caller's transaction."""

    def __init__(self, decided: Decided, *, may_publish: bool) -> None:
        self.decided, self.may_publish = decided, may_publish
        self.plain: PlainGuide | None = None

    def store(self, *, by: User | None, source: str) -> Imported:
        decided = self.decided
        guide = self._guide(by=by, source=source) if decided.makes_guide else None
        incident = self._incident(guide, by=by) if decided.is_report else None
        merged = self.plain.merged if self.plain else {}
        made = [one for one in decided.accepted if one.id not in merged and self._has_place(one)]
        gone = [one for one in decided.document.proposals if one not in made]
        return Imported(
            guide=guide,
            incident=incident,
            created=tuple(made),
            left_out=tuple(gone),
            merged=merged,
        )

    def _has_place(self, one: Proposal) -> bool:
        """A reference of a guide stays in its text, where the page marks what is missing."""
        return self.decided.is_report or not isinstance(one.becomes, Reference)

    def _guide(self, *, by: User | None, source: str) -> Guide:
        decided = self.decided
        taken = [decided.taken(one) for one in decided.for_guide]
        provide_probes(one.probe for one in taken if one.probe)
        self.plain = guide_from(
            decided.document,
            taken,
            slug=decided.slug,
            title=decided.title,
            language=decided.language,
            state=Guide.State.DRAFT if self.may_publish else Guide.State.IN_REVIEW,
            body=decided.body,
        )
        return save_guide(self.plain.draft, by=by, source=source).guide

    def _incident(self, guide: Guide | None, *, by: User | None) -> Incident:
        decided = self.decided
        assert decided.decision.date is not None
        report = Report(
            title=decided.title,
            body=decided.body,
            language=decided.language,
            date=decided.decision.date,
            status=decided.status,
            guide=guide,
            known_error=self._known_error(),
            accepted=[(o, decided.title_of(o), decided.outcome_of(o)) for o in decided.accepted],
        )
        return store_report(report, by=by)

    def _known_error(self) -> str:
        """The slug of the cause that a workaround leaves open: one the document only presumes."""
        causes = self.decided.causes
        presumed = [c for c in causes if isinstance(c.becomes, Cause) and c.becomes.is_presumed]
        first = next(iter(presumed or causes), None)
        slug = self.plain.slugs.get(first.id, "") if first and self.plain else ""
        return slug.removeprefix("causes.")

    def about(self, refused: BadGuide) -> list[Problem]:
        """What the guide's own rules say, at the lines the rows came from."""
        slugs = self.plain.slugs if self.plain else {}
        lines = {slugs[o.id]: o.line for o in self.decided.accepted if o.id in slugs}
        return [
            Problem(
                line=next((line for name, line in lines.items() if c.field.startswith(name)), 0),
                message=sentence(c),
            )
            for c in refused.complaints
        ]
