"""The timeline of a postmortem: a line for what happened when, in the words of the record."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import Incident, StatusChange
from incidents.services import timeline
from incidents.services.markdown import inline
from incidents.services.timeline import Entry


def told_timeline(incident: Incident) -> str:
    # What somebody did at a moment comes before what it made of the incident.
    entries = sorted(timeline.of(incident), key=lambda entry: (entry.at, entry.kind == "status"))
    has_times = len({entry.at for entry in entries}) > 1
    lines = ((f"{when(at)}: {said}" if has_times else said) for at, said in _said(entries) if said)
    return "\n".join(f"- {line}" for line in lines)


def _said(entries: list[Entry]) -> Iterator[tuple[datetime, str]]:
    """Each entry in words; checks that ran one after another are one line."""
    for kind, group in groupby(entries, key=lambda entry: entry.kind):
        same = list(group)
        if kind == "run":
            yield same[0].at, _runs(same)
        else:
            yield from ((entry.at, _entry(entry)) for entry in same)


def _entry(entry: Entry) -> str:
    """A line without names; nothing for kinds that say nothing here."""
    if entry.attempt:
        words = {"what": inline(entry.attempt.what), "outcome": entry.attempt.get_outcome_display()}
        return _("tried: %(what)s (%(outcome)s)") % words
    if entry.change and entry.kind == "merged":
        return _merged(entry.change, duplicate=entry.incident)
    if entry.change:
        return f"{entry.change.get_was_display()} → {entry.change.get_became_display()}"
    if entry.note:
        return inline(entry.note.text)
    return {
        "opened": _("it started"),
        "pasted": _("the error was looked up"),
        "concluded": _("the investigation was concluded"),
    }.get(entry.kind, "")


def _merged(change: StatusChange, *, duplicate: Incident | None) -> str:
    """A merge as the incident tells it that a `duplicate` became part of, or as the duplicate."""
    if duplicate is not None:
        return _("turned out to be the same: “%(title)s”") % {"title": inline(duplicate.title)}
    whole = change.incident.merged_into
    return _("merged into “%(title)s”") % {"title": inline(whole.title if whole else "")}


def _runs(entries: list[Entry]) -> str:
    runs = [entry.run for entry in entries if entry.run]
    bad = sum(run.status in ("WARNING", "CRITICAL") for run in runs)
    words = {"count": len(runs), "bad": bad}
    return (
        ngettext(
            "%(count)d check ran, %(bad)d not as expected",
            "%(count)d checks ran, %(bad)d not as expected",
            len(runs),
        )
        % words
    )


def when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
