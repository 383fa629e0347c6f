"""One incident, and what people do with it: note, move on, close."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import services, timeline
from incidents.forms import CloseForm, NoteForm, fixes_of
from incidents.models import Incident
from kb.models import Resolution
from kb.services.answers import Diagnosis
from kb.services.errors import CannotConclude
from kb.services.ranking import diagnose
from probes.requests import PageRequest


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return _detail(request, _incident(public_id))


def _incident(public_id: str) -> Incident:
    incidents = Incident.objects.select_related(
        "investigation__concluded_cause__guide",
        "investigation__concluded_resolution__cause__guide",
        "reporter",
    )
    return get_object_or_404(incidents, public_id=public_id)


def _detail(
    request: PageRequest,
    incident: Incident,
    *,
    note_form: NoteForm | None = None,
    close_form: CloseForm | None = None,
) -> HttpResponse:
    forms = [form for form in (note_form, close_form) if form is not None and form.is_bound]
    labels = dict(Incident.Status.choices)
    diagnosis = diagnose(incident.investigation) if incident.investigation else None
    context = {
        "incident": incident,
        "diagnosis": diagnosis,
        "likeliest": diagnosis.causes[:3] if diagnosis else (),
        "timeline": timeline.of(incident),
        "note_form": note_form or NoteForm(),
        "close_form": close_form or CloseForm(fixes=_fixes(diagnosis)),
        "next_statuses": [(value, labels[value]) for value in services.next_statuses(incident)],
    }
    return render(request, "incidents/detail.html", context, status=400 if forms else 200)


def _fixes(diagnosis: Diagnosis | None) -> QuerySet[Resolution]:
    """The fixes of the guides that answered; without an answer, of all."""
    return fixes_of({cause.guide for cause in diagnosis.causes} if diagnosis else ())


@login_required
@permission_required("incidents.add_note", raise_exception=True)
@require_POST
def incident_note(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, incident, note_form=form)
    services.add_note(incident, text=form.cleaned_data["text"], by=request.user)
    return redirect(f"{incident.get_absolute_url()}#timeline-end")


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_status(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    try:
        services.change_status(incident, to=request.POST.get("status", ""), by=request.user)
    except services.IllegalMove as refused:
        messages.error(request, str(refused))
    return redirect(incident)


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_close(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    diagnosis = diagnose(incident.investigation) if incident.investigation else None
    form = CloseForm(request.POST, fixes=_fixes(diagnosis))
    if not form.is_valid():
        return _detail(request, incident, close_form=form)
    try:
        services.close_incident(incident, by=request.user, **form.cleaned_data)
    except (services.IllegalMove, CannotConclude) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Closed. What fixed it counts for the next one."))
    return redirect(incident)
