"""What is in the way of an import: everything at once, each at its line."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.services.import_decided import Decided
from incidents.services.import_decisions import Problem, Rights
from kb.ingest.fields import SLUG
from kb.ingest.plain import Attempt, Check
from kb.models import Attempt as AttemptRow
from kb.models import Guide

_OUTCOMES = tuple(AttemptRow.Outcome.values)


def problems_of(decided: Decided, rights: Rights) -> list[Problem]:
    """Why it cannot be imported as it was decided; empty when it can."""
    return [
        *_unknown(decided),
        *_rights(decided, rights),
        *_whole(decided),
        *_each(decided),
        *(_of_report(decided) if decided.is_report else ()),
    ]


def _unknown(decided: Decided) -> Iterator[Problem]:
    document, decision = decided.document, decided.decision
    for name in sorted(decision.accept - {one.id for one in document.proposals}):
        said = _("There is no proposal %(id)s in this document.") % {"id": name[:60]}
        yield Problem(line=0, message=said)
    for name in sorted(decision.keep - {one.id for one in document.secrets}):
        said = _("There is no likely secret %(id)s in this document.") % {"id": name[:60]}
        yield Problem(line=0, message=said)


def _rights(decided: Decided, rights: Rights) -> Iterator[Problem]:
    if decided.makes_guide and not rights.may_import:
        said = _("You may not import guides; symptoms, checks and causes need that.")
        yield Problem(line=0, message=said)
    if decided.is_report and not rights.may_open:
        yield Problem(line=0, message=_("You may not open incidents."))


def _whole(decided: Decided) -> Iterator[Problem]:
    if not decided.title:
        yield Problem(line=0, message=_("Give it a title."))
    if decided.language not in dict(settings.LANGUAGES):
        yield _no_choice(0, decided.language, dict(settings.LANGUAGES))
    if not decided.makes_guide:
        return
    if not SLUG.fullmatch(decided.slug):
        said = _("A short name is 1 to 50 letters, digits, hyphens or underscores.")
        yield Problem(line=0, message=said)
    elif Guide.objects.filter(slug=decided.slug).exists():
        said = _("There is another guide named %(slug)s: give this one another short name.")
        yield Problem(line=0, message=said % {"slug": decided.slug})


def _each(decided: Decided) -> Iterator[Problem]:
    for one in decided.accepted:
        if not decided.title_of(one):
            yield Problem(line=one.line, message=_("Give it a few words, or leave it out."))
        if isinstance(one.becomes, Check) and decided.probe_of(one) not in decided.probes_for(one):
            said = _("The probe %(probe)s cannot look at this.")
            yield Problem(line=one.line, message=said % {"probe": decided.probe_of(one)[:60]})
        if isinstance(one.becomes, Attempt) and decided.outcome_of(one) not in _OUTCOMES:
            yield _no_choice(one.line, decided.outcome_of(one), _OUTCOMES)


def _no_choice(line: int, given: str, choices: Iterable[str]) -> Problem:
    words = {"given": given[:20], "choices": ", ".join(choices)}
    return Problem(line=line, message=_("%(given)s is not one of: %(choices)s") % words)


def _of_report(decided: Decided) -> Iterator[Problem]:
    day = decided.decision.date
    if day is None:
        yield Problem(line=0, message=_("Say on which day it happened."))
    elif day > timezone.localdate():
        yield Problem(line=0, message=_("It cannot have happened in the future."))
    if decided.status == "workaround" and not decided.causes:
        said = _(
            "It was worked around, so its cause is still open: accept the cause that stays, "
            "or leave the line about its status out."
        )
        yield Problem(line=decided.status_line, message=said)
