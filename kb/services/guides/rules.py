"""What a draft must fit that is not in its own file: probes, their kinds, sections, languages."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.conf import settings

from kb.ingest import Complaint, GuideDraft, TranslationDraft
from kb.ingest.complaints import Report, gettext_noop
from kb.ingest.drafts import CheckDraft, EvidenceDraft, SymptomDraft
from kb.ingest.references import line_of
from kb.models import Service
from kb.rendering import render
from kb.services.guides.patterns import problem_of
from kb.services.guides.schedules import names_asked, standing_values, timetable_problem
from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.engine.schema import Param
from probes.engine.spec import Status
from probes.engine.values import read_value
from probes.models import Probe

_LANGUAGE = gettext_noop("%(given)s is not one of: %(choices)s")
_NO_PROBE = gettext_noop("there is no probe %(name)s")
_NO_VALUE = gettext_noop("the probe %(probe)s needs a value for %(name)s")
_NOT_ASKED = gettext_noop("the probe %(probe)s does not ask for this")
_BAD_VALUE = gettext_noop("the probe's %(name)s: %(problem)s")
_BAD_DEFAULT = gettext_noop("does not fit the type %(type)s: %(problem)s")
_NO_SECTION = gettext_noop("the text has no heading {#%(name)s}")
_NO_REASON = gettext_noop("%(code)s is not a reason of %(kind)s; there are %(known)s")
_NOT_SEEN = gettext_noop("%(code)s means that nothing was seen, so it is never evidence")
_PERSON = gettext_noop("a person answers this check, so it cannot run by itself")
_NO_DEFAULT = gettext_noop(
    "to run by itself it needs a value for %(name)s: give the parameter a default"
)
_NO_NAMED = gettext_noop("the guide has no such entry")


def guide_problems(draft: GuideDraft) -> list[Complaint]:
    """Everything wrong with the draft beside the rest of the base; empty when it fits."""
    rules = _GuideRules(draft)
    rules.look()
    return rules.report.complaints


def translation_problems(draft: TranslationDraft, guide: GuideDraft) -> list[Complaint]:
    """Everything wrong with a translation of `guide`: sections and names must be the guide's."""
    rules = _Rules(draft.places)
    rules.language("language", draft.language)
    known = _sections(draft.body)
    for name in sorted(set(_used_sections(guide).values()) - known):
        rules.complain("", _NO_SECTION, name=name)
    for part, slugs in _named_parts(guide).items():
        for slug in sorted(draft.names.get(part, {}).keys() - slugs):
            rules.complain(f"names.{part}.{slug}", _NO_NAMED)
    return rules.report.complaints


class _Rules:
    """Complaints with the line of the field, where the draft came from a file."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places, self.report = places, Report()

    def complain(self, field: str, template: str, /, **values: object) -> None:
        self.report.complain(line_of(self.places, field), field, template, **values)

    def language(self, field: str, given: str) -> None:
        known = [code for code, _name in settings.LANGUAGES]
        if given and given not in known:
            self.complain(field, _LANGUAGE, given=given, choices=", ".join(known))


class _GuideRules(_Rules):
    def __init__(self, draft: GuideDraft) -> None:
        super().__init__(draft.places)
        self.draft = draft
        wanted = {check.probe for check in draft.checks}
        self.probes = Probe.objects.in_bulk(wanted, field_name="slug") if wanted else {}
        self.services = list(Service.objects.filter(slug__in=draft.services))

    def look(self) -> None:
        self.language("language", self.draft.language)
        self._parameters()
        for symptom in self.draft.symptoms:
            self._symptom(symptom)
        for check in self.draft.checks:
            self._check(check)
        for cause in self.draft.causes:
            for index, evidence in enumerate(cause.evidence):
                self._evidence(f"causes.{cause.slug}.evidence[{index}]", evidence)
        known = _sections(self.draft.body)
        for field, name in _used_sections(self.draft).items():
            if name not in known:
                self.complain(field, _NO_SECTION, name=name)

    def _parameters(self) -> None:
        for name, parameter in self.draft.parameters.items():
            if parameter.default is None:
                continue
            try:
                read_value(Param(name=name, type=parameter.type), parameter.default)
            except ValueError as problem:
                values = {"type": parameter.type, "problem": problem}
                self.complain(f"parameters.{name}.default", _BAD_DEFAULT, **values)

    def _symptom(self, symptom: SymptomDraft) -> None:
        self.language(f"symptoms.{symptom.slug}.language", symptom.language)
        if problem := problem_of(symptom.pattern):
            field = f"symptoms.{symptom.slug}.pattern"
            self.complain(field, problem.template, **problem.values)

    def _check(self, check: CheckDraft) -> None:
        field = f"checks.{check.slug}"
        probe = self.probes.get(check.probe)
        if probe is None:
            if check.probe:
                self.complain(f"{field}.probe", _NO_PROBE, name=check.probe)
            return
        asked = registry.placeholders(probe.params)
        for name in sorted(asked - check.values.keys()):
            self.complain(field, _NO_VALUE, probe=probe.slug, name=name)
        for name in sorted(check.values.keys() - asked):
            self.complain(f"{field}.with.{name}", _NOT_ASKED, probe=probe.slug)
        if asked <= check.values.keys():
            self._values(field, check, probe)
        if check.schedule and asked <= check.values.keys():
            self._schedule(f"{field}.schedule", check, probe)
        if check.baseline:
            self._reason(f"{field}.baseline", probe.kind, check.baseline)

    def _schedule(self, field: str, check: CheckDraft, probe: Probe) -> None:
        if probe.kind == "manual":
            self.complain(field, _PERSON)
        if problem := timetable_problem(check.schedule):
            self.complain(field, "%(problem)s", problem=problem)
        standing = standing_values(self.draft.parameters, self.services)
        missing = sorted(names_asked(check.values) - standing.keys())
        for name in missing:
            self.complain(field, _NO_DEFAULT, name=name)
        if not missing:
            self._standing(field, check, probe, standing)

    def _standing(
        self, field: str, check: CheckDraft, probe: Probe, standing: Mapping[str, Any]
    ) -> None:
        """What a service binds may not be what the probe can use."""
        try:
            values = registry.fill(check.values, standing)
            registry.validate(probe.kind, registry.fill(probe.params, values))
        except InvalidParams as refused:
            for complaint in refused.complaints:
                words = {"name": complaint.field, "problem": complaint.message}
                self.complain(field, _BAD_VALUE, **words)

    def _values(self, field: str, check: CheckDraft, probe: Probe) -> None:
        try:
            filled = registry.fill_in(probe.kind, probe.params, check.values)
            registry.validate(probe.kind, filled, placeholders=True)
        except InvalidParams as refused:
            for complaint in refused.complaints:
                values = {"name": complaint.field, "problem": complaint.message}
                self.complain(f"{field}.with", _BAD_VALUE, **values)

    def _evidence(self, field: str, evidence: EvidenceDraft) -> None:
        probe_of = {check.slug: check.probe for check in self.draft.checks}
        for slug, condition in evidence.when.items():
            probe = self.probes.get(probe_of.get(slug, ""))
            if probe is not None:
                self._condition(f"{field}.when.{slug}", probe.kind, condition)

    def _condition(self, field: str, kind: str, condition: Mapping[str, Any]) -> None:
        for code in condition.get("reason", ()):
            self._reason(field, kind, code)

    def _reason(self, field: str, kind: str, code: str) -> None:
        described = registry.KINDS.get(kind)
        if described is None:
            return
        if code not in described.reasons:
            seen = [name for name, own in described.reasons.items() if own is not Status.UNKNOWN]
            self.complain(field, _NO_REASON, code=code, kind=kind, known=", ".join(seen))
        elif described.reasons[code] is Status.UNKNOWN:
            self.complain(field, _NOT_SEEN, code=code)


def _sections(body: str) -> frozenset[str]:
    return frozenset(heading.id for heading in render(body).toc)


def _used_sections(draft: GuideDraft) -> dict[str, str]:
    """The sections that checks, causes and resolutions name, by field."""
    return {field: name for field, name in _sections_by_field(draft) if name}


def _sections_by_field(draft: GuideDraft) -> Iterator[tuple[str, str]]:
    for check in draft.checks:
        yield f"checks.{check.slug}.section", check.section
    for cause in draft.causes:
        yield f"causes.{cause.slug}.section", cause.section
        for resolution in cause.resolutions:
            field = f"causes.{cause.slug}.resolutions.{resolution.slug}.section"
            yield field, resolution.section


def _named_parts(draft: GuideDraft) -> dict[str, Collection[str]]:
    """What there is to translate: a resolution without a caution has none in any language."""
    resolutions = {
        f"{cause.slug}/{resolution.slug}": resolution
        for cause in draft.causes
        for resolution in cause.resolutions
    }
    return {
        "causes": {cause.slug for cause in draft.causes},
        "checks": {check.slug for check in draft.checks},
        "parameters": draft.parameters.keys(),
        "resolutions": resolutions.keys(),
        "cautions": {key for key, resolution in resolutions.items() if resolution.caution},
        "rollbacks": {key for key, resolution in resolutions.items() if resolution.rollback},
    }
