"""A guide's entries as people read them: a name, and facts under a label."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kb.ingest import (
    CauseDraft,
    CheckDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
)
from kb.models import Cause, Check, Guide, Resolution
from kb.models.knowledge import Provenance, Strength
from kb.services.guides.difference.evidence import evidence_words

Facts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry. `key` is its slug; a fact is one text or several, and never an empty one."""

    key: str
    name: str
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Entries of a sort: `about`, `symptoms`, `causes`, `resolutions`, `checks`, `parameters`."""

    code: str
    title: str | Promise
    items: tuple[Item, ...]


TITLES: Mapping[str, str | Promise] = {
    "about": gettext_lazy("About the guide"),
    "symptoms": gettext_lazy("Symptoms"),
    "causes": gettext_lazy("Causes and evidence"),
    "resolutions": gettext_lazy("Resolutions"),
    "checks": gettext_lazy("Checks"),
    "parameters": gettext_lazy("Parameters"),
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """What entries are called where others mention them, by slug."""

    symptoms: Mapping[str, str]
    causes: Mapping[str, str]
    checks: Mapping[str, str]


def names_of(*drafts: GuideDraft) -> Names:
    """The later draft's names win, so that a new name is one change and not one per mention."""
    return Names(
        symptoms={one.slug: _symptom_name(one) for draft in drafts for one in draft.symptoms},
        causes={one.slug: one.title for draft in drafts for one in draft.causes},
        checks={one.slug: one.name for draft in drafts for one in draft.checks},
    )


def sections_of(draft: GuideDraft, names: Names | None = None) -> list[Section]:
    """The guide without its text, in the order in which people read it."""
    known = names or names_of(draft)
    items: dict[str, Iterable[Item]] = {
        "about": [_about(draft)],
        "symptoms": (_symptom(one, known) for one in draft.symptoms),
        "causes": (_cause(one, known) for one in draft.causes),
        "resolutions": _resolutions(draft, known),
        "checks": (_check(one) for one in draft.checks),
        "parameters": (
            _parameter(name, draft.parameters[name]) for name in sorted(draft.parameters)
        ),
    }
    return [
        Section(code=code, title=TITLES[code], items=tuple(found)) for code, found in items.items()
    ]


def _item(key: str, name: str, facts: Facts) -> Item:
    said = {label: tuple(filter(None, texts)) for label, texts in facts.items()}
    return Item(key=key, name=name, facts={label: texts for label, texts in said.items() if texts})


def _about(draft: GuideDraft) -> Item:
    due = draft.review_after.isoformat() if draft.review_after else ""
    facts = {
        _("title"): (draft.title,),
        _("summary"): (draft.summary.strip(),),
        _("language"): (_language(draft.language),),
        _("state"): (_choice(Guide.State, draft.state),),
        _("services"): tuple(sorted(draft.services)),
        _("review after"): (due,),
    }
    return _item("about", draft.title, facts)


def _symptom_name(symptom: SymptomDraft) -> str:
    return symptom.phrases[0] if symptom.phrases else symptom.pattern or symptom.slug


def _symptom(symptom: SymptomDraft, names: Names) -> Item:
    speaks_for = (
        f"{names.causes.get(cause, cause)} ({_choice(Strength, strength)})"
        for cause, strength in symptom.suggests.items()
    )
    facts = {
        _("phrases"): symptom.phrases,
        _("pattern"): (symptom.pattern,),
        _("language"): (_language(symptom.language),),
        _("speaks for"): tuple(sorted(speaks_for)),
        _("explained by"): tuple(
            names.symptoms.get(one, one) for one in sorted(symptom.explained_by)
        ),
        _("provenance"): (_choice(Provenance, symptom.provenance),),
    }
    return _item(symptom.slug, _symptom_name(symptom), facts)


def _cause(cause: CauseDraft, names: Names) -> Item:
    facts = {
        _("title"): (cause.title,),
        _("evidence"): tuple(evidence_words(one, names.checks) for one in cause.evidence),
        _("section"): (cause.section,),
        _("standing"): (_choice(Cause.Standing, cause.standing),),
        _("weight"): (f"{cause.weight:g}",),
        _("refines"): (names.causes.get(cause.refines, cause.refines),),
        _("provenance"): (_choice(Provenance, cause.provenance),),
    }
    return _item(cause.slug, cause.title, facts)


def _resolutions(draft: GuideDraft, names: Names) -> Iterator[Item]:
    for cause in draft.causes:
        for resolution in cause.resolutions:
            yield _resolution(resolution, cause, names)


def _resolution(resolution: ResolutionDraft, cause: CauseDraft, names: Names) -> Item:
    facts = {
        _("title"): (resolution.title,),
        _("cause"): (names.causes.get(cause.slug, cause.title),),
        _("kind"): (_choice(Resolution.Kind, resolution.kind),),
        _("risk"): (_choice(Resolution.Risk, resolution.risk),),
        _("caution"): (resolution.caution,),
        _("rollback"): (resolution.rollback,),
        _("section"): (resolution.section,),
        _("verified by"): tuple(names.checks.get(one, one) for one in sorted(resolution.verify)),
        _("provenance"): (_choice(Provenance, resolution.provenance),),
    }
    return _item(f"{cause.slug}/{resolution.slug}", resolution.title, facts)


def _check(check: CheckDraft) -> Item:
    facts = {
        _("name"): (check.name,),
        _("probe"): (check.probe,),
        _("values"): tuple(f"{name} = {value}" for name, value in sorted(check.values.items())),
        _("looks"): (_choice(Check.Role, check.role),),
        _("section"): (check.section,),
        _("baseline"): (check.baseline,),
        _("schedule"): (check.schedule,),
        _("provenance"): (_choice(Provenance, check.provenance),),
    }
    return _item(check.slug, check.name, facts)


def _parameter(name: str, parameter: ParameterDraft) -> Item:
    facts = {
        _("label"): (parameter.label,),
        _("type"): (parameter.type,),
        _("default"): (_plain(parameter.default),),
        _("read from"): (parameter.read_from,),
        _("required"): (_("yes") if parameter.required else pgettext("not required", "no"),),
    }
    return _item(name, name, facts)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _choice(choices: Callable[[str], Any], value: str) -> str:
    """The choice's words; what a file of old says that is none of them stays as it is."""
    try:
        return str(choices(value).label)
    except ValueError:
        return value


def _language(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))
