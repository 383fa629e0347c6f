"""What people do with an incident: note, move on, take it, merge it, end it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import services
from incidents.forms import CloseForm, MergeForm, NoteForm, StatusForm, complain
from incidents.models import Incident
from incidents.views.detail import page
from incidents.views.opened import incident_of, opened
from kb.services.diagnosing.errors import CannotConclude
from probes.requests import PageRequest


@login_required
@permission_required("incidents.add_note", raise_exception=True)
@require_POST
def incident_note(request: PageRequest, public_id: str) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return page(request, opened(public_id), refused={"note_form": form})
    incident = incident_of(public_id)
    services.add_note(incident, by=request.user, **form.cleaned_data)
    return redirect(f"{incident.get_absolute_url()}#timeline-end")


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_status(request: PageRequest, public_id: str) -> HttpResponse:
    incident = incident_of(public_id)
    form = StatusForm(request.POST)
    try:
        if not form.is_valid():
            raise services.IllegalMove(_first_error(form))
        said = form.cleaned_data
        services.change_status(
            incident, to=said["status"], by=request.user, at=said["at"], reason=said["reason"]
        )
    except (services.IllegalMove, services.BadTime) as refused:
        messages.error(request, str(refused))
    return redirect(incident)


def _first_error(form: StatusForm) -> str:
    return str(next(iter(form.errors.values()))[0])


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_close(request: PageRequest, public_id: str) -> HttpResponse:
    """End it with what fixed it; `to=resolved` where it is still to be watched."""
    this = opened(public_id)
    form = CloseForm(request.POST, fixes=this.fixes)
    is_watched = request.POST.get("to") == Incident.Status.RESOLVED
    to = Incident.Status.RESOLVED if is_watched else Incident.Status.CLOSED
    if not form.is_valid():
        return page(request, this, refused={"close_form": form})
    try:
        services.close_incident(this.incident, by=request.user, to=to, **form.cleaned_data)
    except (services.CannotClose, services.BadTime) as refused:
        complain(form, refused)
        return page(request, opened(public_id), refused={"close_form": form})
    except (services.IllegalMove, CannotConclude) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _ended(to))
    return redirect(this.incident)


def _ended(to: str) -> str:
    if to == Incident.Status.CLOSED:
        return _("Closed. What fixed it counts for the next one.")
    return _("Resolved. What fixed it counts for the next one.")


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_take(request: PageRequest, public_id: str) -> HttpResponse:
    """It is mine now; with `begin` the work on it begins too, where it has not yet."""
    incident = incident_of(public_id)
    services.edit_incident(incident, by=request.user, assignee=request.user)
    if "begin" in request.POST and incident.status == Incident.Status.OPEN:
        services.change_status(incident, to=Incident.Status.INVESTIGATING, by=request.user)
    return redirect(incident)


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_merge(request: PageRequest, public_id: str) -> HttpResponse:
    form = MergeForm(request.POST, auto_id="merge_%s")
    if form.is_valid():
        named = _id_in(form.named)
        into = Incident.objects.filter(public_id=named).first()
        if into is not None:
            return _merged(request, incident_of(public_id), into)
        form.add_error("into", _("There is no incident %(id)s.") % {"id": named})
    return page(request, opened(public_id), refused={"merge_form": form})


def _id_in(text: str) -> str:
    """The id alone, where somebody pasted the address of a page."""
    return text.strip().rstrip("/").rpartition("/")[2]


def _merged(request: PageRequest, incident: Incident, into: Incident) -> HttpResponse:
    try:
        whole = services.merge(incident, into=into, by=request.user)
    except services.CannotMerge as refused:
        messages.error(request, str(refused))
        return redirect(incident)
    messages.success(
        request, _("Merged. Everything of %(id)s is here now.") % {"id": incident.public_id}
    )
    return redirect(whole)


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_unmerge(request: PageRequest, public_id: str) -> HttpResponse:
    incident = incident_of(public_id)
    try:
        services.unmerge(incident, by=request.user)
    except services.CannotMerge as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It stands alone again."))
    return redirect(incident)
