"""A guide as a file says it, before anything is stored."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

Plain = Union[str, int, float, bool, Sequence["Plain"], Mapping[str, "Plain"]]  # noqa: UP007

STATES = ("draft", "in_review", "published", "archived")
PROVENANCES = ("document", "observed", "inferred")
STRENGTHS = ("strong", "moderate", "weak")
STANDINGS = ("suspected", "confirmed", "fixed")
ROLES = ("target", "client")
SAYS = ("rules-out", "strongly-against", "against", "for", "strongly-for")
RESOLUTION_KINDS = ("fix", "workaround", "avoid")
RISKS = ("none", "low", "moderate", "destructive")
# UNKNOWN is left out on purpose: that we could not look is never evidence.
STATUSES = ("OK", "WARNING", "CRITICAL")
PARAMETER_TYPES = (
    "text",
    "host",
    "port",
    "url",
    "path",
    "integer",
    "number",
    "boolean",
    "pattern",
    "module",
    "target",
    "interpreter",
    "origin",
    "container",
)
# What a translation has its own words for, and how long they may be.
NAMED_PARTS = {
    "causes": 200,
    "checks": 200,
    "resolutions": 200,
    "parameters": 200,
    "cautions": 300,
    "rollbacks": 300,
}


@dataclass(frozen=True, kw_only=True)
class ParameterDraft:
    """A value the guide needs. `read_from` is the fact type of a paste (`from` in the file)."""

    type: str
    default: Plain | None = None
    read_from: str = ""
    required: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class SymptomDraft:
    """`suggests` maps a cause's slug to how strongly the symptom speaks for it."""

    slug: str
    phrases: tuple[str, ...] = ()
    pattern: str = ""
    language: str = ""
    explained_by: frozenset[str] = frozenset()
    suggests: Mapping[str, str] = field(default_factory=dict)
    provenance: str = "document"


@dataclass(frozen=True, kw_only=True)
class CheckDraft:
    """How the guide uses a probe. `values` fill the probe's placeholders (`with` in the file)."""

    slug: str
    name: str
    probe: str
    values: Mapping[str, Plain] = field(default_factory=dict)
    role: str = "target"
    section: str = ""
    baseline: str = ""
    schedule: str = ""
    provenance: str = "document"


@dataclass(frozen=True, kw_only=True)
class EvidenceDraft:
    """`when` is stored as {check: {"reason": [...], "status": [...], "facts": {...}}}."""

    when: Mapping[str, Mapping[str, Any]]
    says: str
    provenance: str = "document"


@dataclass(frozen=True, kw_only=True)
class ResolutionDraft:
    slug: str
    title: str
    kind: str = "fix"
    section: str = ""
    risk: str = "low"
    caution: str = ""
    rollback: str = ""
    verify: frozenset[str] = frozenset()
    provenance: str = "document"


@dataclass(frozen=True, kw_only=True)
class CauseDraft:
    slug: str
    title: str
    section: str = ""
    standing: str = "suspected"
    weight: float = 1.0
    refines: str = ""
    provenance: str = "document"
    evidence: tuple[EvidenceDraft, ...] = ()
    resolutions: tuple[ResolutionDraft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GuideDraft:
    """A whole guide. `places` gives the line of every field, where the draft came from a file."""

    slug: str
    language: str
    title: str
    summary: str = ""
    state: str = "published"
    services: frozenset[str] = frozenset()
    review_after: datetime.date | None = None
    parameters: Mapping[str, ParameterDraft] = field(default_factory=dict)
    symptoms: tuple[SymptomDraft, ...] = ()
    checks: tuple[CheckDraft, ...] = ()
    causes: tuple[CauseDraft, ...] = ()
    body: str = ""
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class TranslationDraft:
    """A guide's prose in another language.

    `names` is {part: {slug: words}}; what belongs to a resolution is keyed `cause/resolution`.
    """

    translates: str
    language: str
    title: str
    summary: str = ""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    body: str = ""
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
