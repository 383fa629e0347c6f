"""The page of one incident; what people do with it is in `steps` and `work`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from incidents import services
from incidents.forms import (
    ActionItemForm,
    AttemptForm,
    CloseForm,
    MergeForm,
    NoteForm,
    lead_to_first_error,
)
from incidents.models import Incident
from incidents.services import timeline
from incidents.services.linked_guides import linked_guides
from incidents.services.merge_candidates import merge_candidates
from incidents.services.timeline_days import day_by_day
from incidents.views.checks import about_checks
from incidents.views.opened import Opened, opened
from incidents.views.stages import stages_of
from kb.rendering import render as to_html
from kb.services.upkeep.contradictions import Contradiction, contradictions_of_incident_text
from probes.requests import PageRequest

# A longer report is folded: the page answers what the state is before it tells the story.
LONG_REPORT = 1200


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return page(request, opened(public_id))


def page(
    request: PageRequest, this: Opened, *, refused: Mapping[str, Form] | None = None
) -> HttpResponse:
    """The whole page; `refused` holds the form that was sent and could not be taken, by name."""
    for form in (refused or {}).values():
        lead_to_first_error(form)
    forms = _forms(this) | dict(refused or {})
    context = {
        **forms,
        **_about(request, this),
        **_timeline(request, this),
        "open_form": next(iter(refused or {}), ""),
    }
    return render(request, "incidents/detail.html", context, status=400 if refused else 200)


def _forms(this: Opened) -> dict[str, Form]:
    return {
        "note_form": NoteForm(auto_id="note_%s"),
        "close_form": CloseForm(fixes=this.fixes, initial=_ending(this.incident)),
        "attempt_form": AttemptForm(fixes=this.fixes, causes=this.causes, auto_id="attempt_%s"),
        "action_form": ActionItemForm(auto_id="action_%s"),
        "merge_form": MergeForm(auto_id="merge_%s"),
    }


def _ending(incident: Incident) -> dict[str, Any]:
    """What was already said about how it ended, so that closing need not ask again."""
    found = incident.investigation
    return {
        "resolution": found and found.concluded_resolution_id,
        "kind": incident.resolution_kind or Incident.ResolutionKind.FIX,
        "known_error": incident.known_error_id,
    }


def _about(request: PageRequest, this: Opened) -> dict[str, Any]:
    incident = this.incident
    attempts = _attempts(incident)
    return {
        "incident": incident,
        **about_checks(incident, this.diagnosis),
        "attempts": attempts,
        "guides": linked_guides(incident, this.diagnosis, attempts),
        "stages": stages_of(incident),
        "times": services.incident_times(incident),
        "took": _took(incident),
        "recurrence": services.recurrence_of(incident),
        **_steps(incident),
        **_merging(request, incident),
        "report": to_html(incident.report).html if incident.report.strip() else "",
        "report_is_long": len(incident.report) > LONG_REPORT,
        "contradictions": _contradictions(request, incident),
        **_action_items(incident),
    }


def _took(incident: Incident) -> timedelta | None:
    """Until it was resolved; until now where it goes on."""
    if incident.is_open:
        return timezone.now() - incident.started_at
    return services.incident_times(incident).resolve


def _action_items(incident: Incident) -> dict[str, Any]:
    items = list(incident.action_items.select_related("owner"))
    return {
        "items": [item for item in items if not item.done_at],
        "done_items": [item for item in items if item.done_at],
    }


def _contradictions(request: PageRequest, incident: Incident) -> Sequence[Contradiction]:
    """What the report says against itself, for who may mend it."""
    if not request.user.has_perm("incidents.change_incident"):
        return ()
    return contradictions_of_incident_text(incident.report)


def _attempts(incident: Incident) -> Sequence[Any]:
    found = incident.investigation
    if found is None:
        return ()
    return list(
        found.attempts.select_related("by", "resolution__cause__guide").prefetch_related(
            "addresses__guide__translations"
        )
    )


def _steps(incident: Incident) -> dict[str, Any]:
    """The steps ahead; the way back asks for a reason and has a form of its own."""
    labels = dict(Incident.Status.choices)
    may = services.next_statuses(incident)
    ahead = [to for to in may if not services.is_back(incident.status, to)]
    return {
        "next_statuses": [(to, str(labels[Incident.Status(to)])) for to in ahead],
        "can_go_back": len(ahead) < len(may),
    }


def _merging(request: PageRequest, incident: Incident) -> dict[str, Any]:
    """What it is part of, or what it could turn out to be."""
    if incident.merged_into:
        return {"whole": services.root_of(incident)}
    words = request.GET.get("merge", "").strip()
    may = request.user.has_perm("incidents.change_incident")
    return {
        "whole": None,
        "merge_words": words,
        "candidates": merge_candidates(incident, words=words) if may else [],
    }


def _timeline(request: PageRequest, this: Opened) -> dict[str, Any]:
    entries = timeline.of(this.incident, diagnosis=this.diagnosis)
    kind = request.GET.get("kind", "")
    kind = kind if kind in timeline.FILTERS else ""
    shown = timeline.narrowed(entries, kind)
    days = day_by_day(timeline.stretches(shown))
    return {"timeline": days, "kind": kind, "entries": len(entries)}
