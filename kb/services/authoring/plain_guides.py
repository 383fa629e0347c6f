"""The accepted proposals of a plain document as a guide's draft."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kb.ingest import (
    CauseDraft,
    CheckDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
)
from kb.ingest.plain import Cause, Check, Document, Proposal, Resolution, Symptom
from kb.rendering import render
from kb.services.authoring.plain_probes import values_for
from probes.models import Probe

_MAX_SECTION = 120
_MAX_SLUG = 40
_UNNAMED = "not-named"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A proposal that a person took, in their words; `probe` is the slug a check uses."""

    proposal: Proposal
    title: str
    probe: str = ""


@dataclass(frozen=True, kw_only=True)
class PlainGuide:
    """`slugs` says what each proposal became: `causes.port-held`; `merged` what was there twice."""

    draft: GuideDraft
    slugs: Mapping[str, str]
    merged: Mapping[str, str]


def guide_from(
    document: Document,
    accepted: Sequence[Accepted],
    *,
    slug: str,
    title: str,
    language: str,
    state: str,
    body: str,
) -> PlainGuide:
    """The guide that the accepted proposals make. The probes they name must be stored.

    All of it is what the document says; what a person did not accept is not in it.
    """
    maker = _Maker(document, body, language)
    for one in accepted:
        maker.take(one)
    draft = GuideDraft(
        slug=slug,
        language=language,
        title=title,
        summary=document.summary,
        state=state,
        parameters=maker.parameters,
        symptoms=tuple(maker.symptoms_with_causes()),
        checks=tuple(maker.checks.values()),
        causes=tuple(maker.causes_with_resolutions()),
        body=body,
    )
    return PlainGuide(draft=draft, slugs=maker.slugs, merged=maker.merged)


@dataclass
class _Maker:
    document: Document
    body: str
    language: str
    parameters: dict[str, ParameterDraft] = field(default_factory=dict)
    symptoms: dict[str, SymptomDraft] = field(default_factory=dict)
    checks: dict[str, CheckDraft] = field(default_factory=dict)
    causes: dict[str, CauseDraft] = field(default_factory=dict)
    remedies: list[Accepted] = field(default_factory=list)
    slugs: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    lines: dict[str, Proposal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sections = section_ids(self.document, self.body)
        self.port = _commonest_port(self.document)
        self.probes = Probe.objects.in_bulk(field_name="slug")

    def take(self, one: Accepted) -> None:
        match one.proposal.becomes:
            case Symptom():
                self._symptom(one, one.proposal.becomes)
            case Check():
                self._check(one, one.proposal.becomes)
            case Cause():
                self._cause(one, one.proposal.becomes)
            case Resolution():
                self.remedies.append(one)

    def _name(self, part: str, one: Accepted, taken: Mapping[str, object]) -> str:
        slug = _free_slug(one.title, one.proposal.id, taken)
        self.slugs[one.proposal.id] = f"{part}.{slug}"
        self.lines[slug] = one.proposal
        return slug

    def _symptom(self, one: Accepted, symptom: Symptom) -> None:
        slug = self._name("symptoms", one, self.symptoms)
        phrases = dict.fromkeys((one.title, *symptom.phrases[1:]))
        self.symptoms[slug] = SymptomDraft(slug=slug, phrases=tuple(phrases))

    def _check(self, one: Accepted, check: Check) -> None:
        probe = self.probes[one.probe]
        values, left_open = values_for(probe, check, title=one.title)
        if values.get("port") == self.port and probe.params.get("port") == "${port}":
            values["port"] = "${port}"
            self.parameters["port"] = ParameterDraft(
                type="port", default=self.port, read_from="port"
            )
        same = next(
            (c for c in self.checks.values() if (c.probe, c.values) == (one.probe, values)), None
        )
        if same is not None:
            self.merged[one.proposal.id] = same.name
            return
        for name, kind in left_open.items():
            self.parameters.setdefault(name, ParameterDraft(type=kind, required=True))
        slug = self._name("checks", one, self.checks)
        self.checks[slug] = CheckDraft(
            slug=slug,
            name=one.title,
            probe=one.probe,
            values=values,
            section=self._section(one),
            baseline=check.baseline if probe.kind == check.kind == "http" else "",
        )

    def _cause(self, one: Accepted, cause: Cause) -> None:
        slug = self._name("causes", one, self.causes)
        self.causes[slug] = CauseDraft(
            slug=slug, title=one.title, section=self._section(one), weight=float(cause.weight)
        )

    def _section(self, one: Accepted) -> str:
        return self.sections.get(one.proposal.section, "")

    def symptoms_with_causes(self) -> Iterator[SymptomDraft]:
        """A symptom whose line also says what it means suggests that cause."""
        for slug, symptom in self.symptoms.items():
            line = self.lines[slug].line
            suggests = {
                cause: "moderate" for cause in self.causes if self.lines[cause].line == line
            }
            yield replace(symptom, suggests=suggests)

    def causes_with_resolutions(self) -> Iterator[CauseDraft]:
        """Each resolution under the cause of its section, else under one that has no name yet."""
        under: dict[str, list[ResolutionDraft]] = {slug: [] for slug in self.causes}
        taken: dict[str, object] = {}
        for one in self.remedies:
            slug = self._name("resolutions", one, taken)
            taken[slug] = one
            under.setdefault(self._cause_for(one), []).append(self._resolution(slug, one))
        for name, resolutions in under.items():
            cause = self.causes.get(name) or self._unnamed()
            yield replace(cause, resolutions=tuple(resolutions))

    def _unnamed(self) -> CauseDraft:
        with translation.override(self.language):
            title = _("The cause is not named in the document")
        return CauseDraft(slug=_UNNAMED, title=title, provenance="inferred")

    def _cause_for(self, one: Accepted) -> str:
        """The last cause before it in its section, else the first there."""
        here = [s for s in self.causes if self.lines[s].section == one.proposal.section]
        before = [slug for slug in here if self.lines[slug].line <= one.proposal.line]
        return (before or here[:1] or [_UNNAMED])[-1]

    def _resolution(self, slug: str, one: Accepted) -> ResolutionDraft:
        resolution = one.proposal.becomes
        assert isinstance(resolution, Resolution)
        return ResolutionDraft(
            slug=slug,
            title=one.title,
            kind=resolution.kind,
            section=self._section(one),
            risk=resolution.risk,
        )


def section_ids(document: Document, body: str) -> Mapping[int, str]:
    """The rendered id of each heading, by its number; headings that do not render are left out."""
    headings = [line for line in document.lines if line.is_heading]
    rendered = iter(render(body).toc) if headings else iter(())
    found: dict[int, str] = {}
    for heading, shown in zip(headings, rendered, strict=False):
        if shown.level != heading.section.level:
            break
        if len(shown.id) <= _MAX_SECTION:
            found[heading.section.number] = shown.id
    return found


def _commonest_port(document: Document) -> int | None:
    """The port most checks ask for: it becomes the guide's parameter, which a paste fills in."""
    ports = Counter(
        int(proposal.becomes.parameters["port"])
        for proposal in document.proposals
        if isinstance(proposal.becomes, Check) and "port" in proposal.becomes.parameters
    )
    return ports.most_common(1)[0][0] if ports else None


def _free_slug(title: str, otherwise: str, taken: Mapping[str, object]) -> str:
    """A short name of the title's Latin words; the proposal's id where it has too few."""
    words = slugify(title).replace("_", "-")[:_MAX_SLUG].strip("-")
    slug = words if re.search("[a-z]{3}", words) else otherwise
    return slug if slug not in taken else f"{slug[:30]}-{otherwise}"


def suggested_slug(title: str, *, name: str, sha: str) -> str:
    """A guide's short name from the file's name, else the title, else its fingerprint."""
    for words in (name.rpartition("/")[2].removesuffix(".md"), title):
        slug = slugify(words)[:50].strip("-_")
        if slug.count("-") and re.search("[a-z]{3}", slug):
            return slug
    return f"imported-{sha[:8]}"
