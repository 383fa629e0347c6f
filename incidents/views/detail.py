"""The page of one incident; what people do with it is in `steps` and `work`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from incidents import services
from incidents.forms import ActionItemForm, AttemptForm, CloseForm, MergeForm, NoteForm, fixes_of
from incidents.models import Incident
from incidents.services import timeline
from incidents.views.stages import stages_of
from kb.models import Cause, Resolution
from kb.rendering import render as to_html
from kb.services.answers import Diagnosis
from kb.services.contradictions import Contradiction, contradictions_of_incident_text
from kb.services.ranking import diagnose
from probes.requests import PageRequest

MOST_LIKELIEST = 3
# What a duplicate may turn out to be is offered from the newest that still go on.
MOST_OFFERED = 20


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An incident with what is known about its error now."""

    incident: Incident
    diagnosis: Diagnosis | None

    @property
    def causes(self) -> Sequence[Cause]:
        return [ranked.cause for ranked in self.diagnosis.causes] if self.diagnosis else []

    @property
    def fixes(self) -> QuerySet[Resolution]:
        """The fixes of the guides that answered; without an answer, of all."""
        return fixes_of({cause.guide for cause in self.causes})


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return page(request, opened(public_id))


def incident_of(public_id: str) -> Incident:
    incidents = Incident.objects.select_related(
        "investigation__concluded_cause__guide",
        "investigation__concluded_resolution__cause__guide",
        "investigation__started_by",
        "investigation__concluded_by",
        "known_error__guide",
        "merged_into",
        "reporter",
        "assignee",
    ).prefetch_related("services", "status_changes", "guides__translations")
    return get_object_or_404(incidents, public_id=public_id)


def opened(public_id: str) -> Opened:
    incident = incident_of(public_id)
    found = incident.investigation
    return Opened(incident=incident, diagnosis=diagnose(found) if found else None)


def page(
    request: PageRequest, this: Opened, *, refused: Mapping[str, Form] | None = None
) -> HttpResponse:
    """The whole page; `refused` holds the form that was sent and could not be taken, by name."""
    for form in (refused or {}).values():
        _lead_to_first_error(form)
    forms = _forms(this) | dict(refused or {})
    context = {
        **forms,
        **_about(request, this),
        **_timeline(request, this),
        "open_form": next(iter(refused or {}), ""),
    }
    return render(request, "incidents/detail.html", context, status=400 if refused else 200)


def _lead_to_first_error(form: Form) -> None:
    """The page is long: the browser goes to what has to change."""
    wrong = next((name for name in form.fields if name in form.errors), None)
    if wrong is not None:
        form.fields[wrong].widget.attrs["autofocus"] = True


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
    incident, diagnosis = this.incident, this.diagnosis
    return {
        "incident": incident,
        "diagnosis": diagnosis,
        "likeliest": diagnosis.causes[:MOST_LIKELIEST] if diagnosis else (),
        "attempts": _attempts(incident),
        "stages": stages_of(incident),
        "times": services.incident_times(incident),
        "recurrence": services.recurrence_of(incident),
        "next_statuses": _next_statuses(incident),
        "can_go_back": any(
            services.is_back(incident.status, to) for to in services.next_statuses(incident)
        ),
        "whole": services.root_of(incident) if incident.merged_into else None,
        "others": _others(incident),
        "report": to_html(incident.report).html if incident.report.strip() else "",
        "contradictions": _contradictions(request, incident),
        "items": incident.action_items.select_related("owner"),
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


def _next_statuses(incident: Incident) -> list[tuple[str, str]]:
    """The steps ahead; the way back asks for a reason and has a form of its own."""
    labels = dict(Incident.Status.choices)
    ahead = (
        to for to in services.next_statuses(incident) if not services.is_back(incident.status, to)
    )
    return [(to, str(labels[to])) for to in ahead]


def _others(incident: Incident) -> Sequence[Incident]:
    going_on = Incident.objects.exclude(status=Incident.Status.CLOSED).exclude(pk=incident.pk)
    return list(going_on.only("public_id", "title", "status")[:MOST_OFFERED])


def _timeline(request: PageRequest, this: Opened) -> dict[str, Any]:
    entries = timeline.of(this.incident, diagnosis=this.diagnosis)
    kind = request.GET.get("kind", "")
    kind = kind if kind in timeline.FILTERS else ""
    shown = timeline.narrowed(entries, kind)
    return {"timeline": timeline.stretches(shown), "kind": kind, "entries": len(entries)}
