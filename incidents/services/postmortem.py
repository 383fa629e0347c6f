"""A postmortem out of the record: what happened and what was learned, and not who did it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from incidents.services.durations import duration
from incidents.services.markdown import block, inline, section_about, table
from incidents.services.postmortem_timeline import told_timeline, when
from incidents.services.times import incident_times
from kb.models import Attempt, Cause, Investigation, Resolution

# What a report calls these sections, in Korean and in English, or by their ids.
_LESSONS = ("lesson", "교훈", "배운", "learned", "takeaway")
_IMPACT = ("impact", "영향", "겪었")
_MOST_SYMPTOM = 2000


def postmortem(incident: Incident) -> str:
    """Markdown in the active language, made from the rows as they are now.

    Nobody is named but the owners of what remains to be done. What people wrote stands as their
    words, except the sections taken over from the report, which are Markdown of the author's.
    """
    case = incident.investigation
    attempts = _attempts(case) if case else []
    parts = [
        f"# {_('Postmortem')}: {inline(incident.title)}",
        f"> {_('This looks at what happened and at what helps next time, not at who did it.')}",
        *_section(_("Summary"), _summary(incident)),
        *_section(_("Impact"), _impact(incident)),
        *_section(_("How long it took"), _times(incident)),
        *_section(_("The error"), _error(case)),
        *_section(_("Timeline"), told_timeline(incident)),
        *_section(_("What was tried"), _tried(attempts)),
        *_section(_("Cause"), _cause(incident, attempts)),
        *_section(_("What worked"), _worked(incident, attempts)),
        *_section(_("Lessons"), _lessons(incident)),
        *_section(_("What remains to be done"), _action_items(incident)),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, text: str) -> Iterator[str]:
    if text:
        yield f"## {title}"
        yield text


def _attempts(case: Investigation) -> list[Attempt]:
    attempts = case.attempts.select_related("resolution__cause__guide")
    return list(attempts.prefetch_related("addresses__guide__translations"))


# Summary and impact


def _summary(incident: Incident) -> str:
    words = {
        "when": day(incident.started_at),
        "title": inline(incident.title),
        "severity": incident.get_severity_display(),
        "status": incident.get_status_display(),
    }
    began = _("On %(when)s began “%(title)s”. Severity: %(severity)s; now: %(status)s.") % words
    return f"{began} {_how_it_ended(incident)}"


def _how_it_ended(incident: Incident) -> str:
    if incident.is_open:
        return _("It is not over yet, so this is what is known so far.")
    if incident.resolution_kind == Incident.ResolutionKind.WORKAROUND:
        return _("It ended by a workaround: what caused it was not removed.")
    if incident.resolution_kind == Incident.ResolutionKind.FIX:
        return _("It ended by a fix.")
    return _("How it ended was not recorded.")


def _impact(incident: Incident) -> str:
    services = [inline(service.name) for service in incident.services.all()]
    known = [
        (_("Services"), ", ".join(services)),
        (_("Environment"), inline(incident.environment)),
        (_("Severity"), incident.get_severity_display()),
    ]
    facts = "\n".join(f"- {name}: {value}" for name, value in known if value)
    said = section_about(incident.report, _IMPACT, level=2)
    return "\n\n".join(filter(None, [facts, said]))


# Times


def _times(incident: Incident) -> str:
    times, started = incident_times(incident), incident.started_at
    if times.only_day:
        words = {"day": day(started)}
        return _("Only the day is recorded: %(day)s. How long it took is not told.") % words
    rows = [
        (_("Started"), when(started), ""),
        _time_row(_("Recorded here"), started, _recorded_after(incident), ""),
        _time_row(_("Acknowledged"), started, times.acknowledge, _("time to acknowledge (MTTA)")),
        _time_row(_("Mitigated"), started, times.mitigate, ""),
        _time_row(_("Resolved"), started, times.resolve, _("time to resolve (MTTR)")),
    ]
    return table((_("Step"), _("When"), _("After the start")), rows)


def _recorded_after(incident: Incident) -> timedelta:
    return max(timedelta(0), incident.created_at - incident.started_at)


def _time_row(
    name: str, started: datetime, took: timedelta | None, measure: str
) -> tuple[str, str, str]:
    if took is None:
        return name, _("not recorded"), ""
    return name, when(started + took), duration(took) + (f", {measure}" if measure else "")


def day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d")


# What was seen and done


def _error(case: Investigation | None) -> str:
    text = case.text.strip("\n") if case else ""
    if not text.strip():
        return ""
    return block(text if len(text) <= _MOST_SYMPTOM else text[:_MOST_SYMPTOM] + "\n[…]")


def _tried(attempts: list[Attempt]) -> str:
    return "\n\n".join(_one_tried(number, one) for number, one in enumerate(attempts, start=1))


def _one_tried(number: int, attempt: Attempt) -> str:
    title = f"### {number}. {inline(attempt.what)}: {attempt.get_outcome_display()}"
    return "\n\n".join([title, block(attempt.note)] if attempt.note.strip() else [title])


# Cause, and what worked


def _cause(incident: Incident, attempts: list[Attempt]) -> str:
    case = incident.investigation
    cause = case.concluded_cause if case else None
    said = [_said_of_cause(case, cause) if case and cause else _("The cause is not known.")]
    if known := incident.known_error:
        said.append(_said_of_known_error(known, is_new=known != cause))
    if removed := _removed_in_vain(attempts, besides=cause):
        causes = "\n".join(f"- {name}" for name in removed)
        introduction = _("Out of the way, and the failure stayed. None of these explains it alone:")
        said.append(f"{introduction}\n\n{causes}")
    return "\n\n".join(said)


def _said_of_cause(case: Investigation, cause: Cause) -> str:
    words = {"cause": _title_of(cause)}
    confirmed = {
        Investigation.Confirmation.RUNS: _("Confirmed by checks: %(cause)s."),
        Investigation.Confirmation.PERSON: _("Confirmed by a person: %(cause)s."),
        Investigation.Confirmation.PRESUMED: _("Presumed, not confirmed: %(cause)s."),
    }
    named = _("Named as the cause, with nothing recorded that confirms it: %(cause)s.")
    return {str(key): said for key, said in confirmed.items()}.get(case.confirmation, named) % words


def _said_of_known_error(cause: Cause, *, is_new: bool) -> str:
    words = {"cause": _title_of(cause), "guide": inline(cause.guide.localized("title"))}
    if cause.standing == Cause.Standing.FIXED:
        return _("It was kept as a known error and has been fixed since: %(cause)s.") % words
    if is_new:
        return _("A known error of the guide “%(guide)s” stays open: %(cause)s.") % words
    return _("It stays open as a known error of the guide “%(guide)s”.") % words


def _removed_in_vain(attempts: list[Attempt], *, besides: Cause | None) -> list[str]:
    failed = [one for one in attempts if one.outcome == Attempt.Outcome.FAILED]
    causes = [cause for one in failed for cause in one.addresses.all() if cause != besides]
    return list(dict.fromkeys(_title_of(cause) for cause in causes))


def _title_of(cause: Cause) -> str:
    return inline(cause.guide.localized_name("causes", cause.slug, cause.title)).rstrip(".")


def _worked(incident: Incident, attempts: list[Attempt]) -> str:
    worked = [inline(one.what) for one in attempts if one.outcome == Attempt.Outcome.WORKED]
    case = incident.investigation
    resolution = case.concluded_resolution if case else None
    if not worked and resolution:
        worked = [inline(resolution.localized("title"))]
    if not worked:
        return _("Nothing is recorded as having worked.")
    lines = [f"- {one}" for one in worked]
    if _is_workaround(incident, resolution):
        lines += ["", _("This goes around the cause; it does not remove it.")]
    return "\n".join(lines)


def _is_workaround(incident: Incident, resolution: Resolution | None) -> bool:
    if incident.resolution_kind:
        return incident.resolution_kind == Incident.ResolutionKind.WORKAROUND
    return resolution is not None and resolution.kind == Resolution.Kind.WORKAROUND


# What comes of it


def _lessons(incident: Incident) -> str:
    said = section_about(incident.report, _LESSONS, level=2)
    return said or _("None are written down yet.")


def _action_items(incident: Incident) -> str:
    items = list(incident.action_items.select_related("owner"))
    if not items:
        return _("Nothing is written down.")
    head = ("#", _("What"), _("Horizon"), _("Owner"), _("Due"), _("Done"))
    rows = [(str(number), *_item_row(item)) for number, item in enumerate(items, start=1)]
    return table(head, rows)


def _item_row(item: ActionItem) -> tuple[str, ...]:
    return (
        inline(item.what),
        item.get_horizon_display(),
        inline(str(item.owner)) if item.owner else _("nobody yet"),
        item.due.isoformat() if item.due else "",
        day(item.done_at) if item.done_at else "",
    )
