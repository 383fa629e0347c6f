"""What the import page shows of a document: its proposals by sort, and its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from incidents.services.import_decided import Decided
from kb.ingest.plain import SORTS, Document, Proposal, Reference
from kb.models import Guide
from kb.models.investigations import Attempt as AttemptRow

# What a browser shows without slowing down; the rest of the document is kept all the same.
MAX_LINES = 3_000

_HEADINGS = {
    "fact": gettext_lazy("What the document says of itself"),
    "symptom": gettext_lazy("Symptoms"),
    "check": gettext_lazy("Checks"),
    "cause": gettext_lazy("Causes"),
    "resolution": gettext_lazy("What to do, and what to leave alone"),
    "attempt": gettext_lazy("What was tried"),
    "result": gettext_lazy("How it is afterwards"),
    "lesson": gettext_lazy("What was learned"),
    "action": gettext_lazy("Work that remains"),
    "reference": gettext_lazy("Documents it refers to"),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One proposal as a row of the form."""

    proposal: Proposal
    title: str
    is_accepted: bool
    probe: str = ""
    probes: Sequence[str] = ()
    outcome: str = ""
    outcomes: Sequence[tuple[str, str]] = ()
    is_missing: bool = False

    @property
    def where(self) -> str:
        """`22`, or `387–391`."""
        first, last = self.proposal.lines[0], self.proposal.lines[-1]
        return f"{first}–{last}" if last > first else str(first)


@dataclass(frozen=True, kw_only=True)
class Group:
    sort: str
    heading: str
    choices: Sequence[Choice]

    @property
    def count_accepted(self) -> int:
        return sum(choice.is_accepted for choice in self.choices)


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    number: int
    text: str
    is_code: bool
    proposal: str


def groups_of(decided: Decided) -> list[Group]:
    """The proposals by sort, in the order of a document's life."""
    here = _here(decided.document)
    accepted = {one.id for one in decided.accepted}
    groups = []
    for sort in SORTS.values():
        found = [one for one in decided.document.proposals if one.sort == sort]
        choices = [_choice(one, decided, one.id in accepted, here) for one in found]
        if choices:
            groups.append(Group(sort=sort, heading=str(_HEADINGS[sort]), choices=choices))
    return groups


def _choice(one: Proposal, decided: Decided, is_accepted: bool, here: frozenset[str]) -> Choice:
    is_attempt = one.sort == "attempt"
    return Choice(
        proposal=one,
        title=decided.title_of(one),
        is_accepted=is_accepted,
        probe=decided.probe_of(one),
        probes=decided.probes_for(one),
        outcome=decided.outcome_of(one),
        outcomes=[(code, str(words)) for code, words in AttemptRow.Outcome.choices]
        if is_attempt
        else (),
        is_missing=isinstance(one.becomes, Reference) and _stem(one.becomes.target) not in here,
    )


def _here(document: Document) -> frozenset[str]:
    """Which of the documents it names are guides here."""
    stems = {
        _stem(p.becomes.target) for p in document.proposals if isinstance(p.becomes, Reference)
    }
    found = Guide.objects.filter(slug__in=stems).values_list("slug", flat=True) if stems else ()
    return frozenset(found)


def _stem(target: str) -> str:
    return target.replace("\\", "/").rpartition("/")[2].removesuffix(".md")


def lines_of(document: Document) -> list[ShownLine]:
    """The document's lines, without its likely secrets, each with the first proposal it fed."""
    coverage = document.coverage
    return [
        ShownLine(
            number=line.number,
            text=line.text,
            is_code=line.fence is not None,
            proposal=next(iter(coverage.get(line.number, ())), ""),
        )
        for line in document.lines[:MAX_LINES]
    ]
