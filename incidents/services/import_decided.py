"""A document beside what was decided about it: the words, probes and outcomes that are meant."""

from functools import cached_property

from incidents.services.import_decisions import Decision
from kb.ingest.plain import (
    REPORT,
    Attempt,
    Cause,
    Check,
    Document,
    Fact,
    Proposal,
    Resolution,
    Symptom,
    with_replaced,
)
from kb.ingest.plain.symptoms import MAX_PHRASE
from kb.services.authoring.plain_guides import Accepted
from kb.services.authoring.plain_probes import choices_for, fitting_probes

OF_GUIDE = (Symptom, Check, Cause, Resolution)
_MAX_TITLE = 200


class Decided:
    """What a person did not change is as the document proposes it."""

    def __init__(self, document: Document, decision: Decision, *, slug: str) -> None:
        self.document, self.decision = document, decision
        self.accepted = [one for one in document.proposals if one.id in decision.accept]
        self.body = with_replaced(document.body, document.secrets, keep=decision.keep)
        self.title = (decision.title.strip() or document.title)[:_MAX_TITLE]
        self.slug = decision.slug.strip() or slug
        self.language = decision.language or document.language

    @property
    def is_report(self) -> bool:
        return self.document.kind == REPORT

    @property
    def makes_guide(self) -> bool:
        """A report makes one where it tells something that a guide holds."""
        return not self.is_report or bool(self.for_guide)

    @property
    def for_guide(self) -> list[Proposal]:
        return [one for one in self.accepted if isinstance(one.becomes, OF_GUIDE)]

    @property
    def causes(self) -> list[Proposal]:
        return [one for one in self.accepted if isinstance(one.becomes, Cause)]

    @property
    def status(self) -> str:
        """`fix`, `workaround` or `open`; empty where no line about it was accepted."""
        fact = self._status_fact
        return fact.becomes.value if fact and isinstance(fact.becomes, Fact) else ""

    @property
    def status_line(self) -> int:
        return self._status_fact.line if self._status_fact else 0

    @cached_property
    def _status_fact(self) -> Proposal | None:
        facts = [one for one in self.accepted if isinstance(one.becomes, Fact)]
        return next((one for one in facts if getattr(one.becomes, "name", "") == "status"), None)

    @cached_property
    def _fitting(self) -> dict[str, list[str]]:
        return dict(fitting_probes(self.document))

    def title_of(self, one: Proposal) -> str:
        given = self.decision.titles.get(one.id)
        most = MAX_PHRASE if isinstance(one.becomes, Symptom) else _MAX_TITLE
        return (one.title if given is None else given.strip())[:most]

    def probes_for(self, one: Proposal) -> list[str]:
        """The probes a check may use, the proposed one first; none for what is no check."""
        return choices_for(one.becomes, self._fitting) if isinstance(one.becomes, Check) else []

    def probe_of(self, one: Proposal) -> str:
        return self.decision.probes.get(one.id) or next(iter(self.probes_for(one)), "")

    def outcome_of(self, one: Proposal) -> str:
        proposed = one.becomes.outcome if isinstance(one.becomes, Attempt) else ""
        return self.decision.outcomes.get(one.id) or proposed

    def taken(self, one: Proposal) -> Accepted:
        return Accepted(proposal=one, title=self.title_of(one), probe=self.probe_of(one))
