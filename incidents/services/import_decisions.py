"""What a person decided about a plain document, and what came of it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incidents.models import Incident
from kb.ingest.plain import Document, Proposal
from kb.models import Guide


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided about a document.

    `accept` holds proposals' ids, `keep` those of secrets that are none. `titles`, `probes` and
    `outcomes` are a person's words and choices by proposal id; `date` is when it happened.
    """

    accept: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    probes: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    slug: str = ""
    language: str = ""
    date: datetime.date | None = None


def accepted(document: Document, said: str) -> frozenset[str]:
    """The proposals that somebody names in a line: `all`, `none`, or their ids."""
    if said.strip() == "all":
        return frozenset(one.id for one in document.proposals)
    return frozenset() if said.strip() == "none" else ids_of(said)


def ids_of(said: str) -> frozenset[str]:
    """Ids that are separated by commas."""
    return frozenset(one.strip() for one in said.split(",") if one.strip())


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What whoever imports may do."""

    may_import: bool
    may_open: bool
    may_publish: bool


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a document cannot be imported as it was decided; `line` 0 is about the whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.message}" if self.line else self.message


class CannotImport(Exception):
    """Everything that is in the way. Nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of it. `merged` are checks that were there already; `is_known` stored nothing."""

    guide: Guide | None = None
    incident: Incident | None = None
    created: tuple[Proposal, ...] = ()
    left_out: tuple[Proposal, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)
    is_known: bool = False
