"""Opening an incident."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from incidents import services
from incidents.forms import IncidentForm
from kb.models import Investigation, Service
from probes.requests import PageRequest


@login_required
@permission_required("incidents.add_incident", raise_exception=True)
def incident_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _new(request, _prefilled(request.GET.get("from", "")))
    form = IncidentForm(request.POST)
    if not form.is_valid():
        return _new(request, form)
    said = form.cleaned_data
    incident = services.open_incident(
        said["title"],
        by=request.user,
        text=said["text"],
        investigation=Investigation.objects.filter(public_id=said["investigation"]).first(),
        severity=said["severity"],
        services=said["services"],
    )
    return redirect(incident)


def _new(request: PageRequest, form: IncidentForm) -> HttpResponse:
    status = 400 if form.is_bound else 200
    return render(request, "incidents/new.html", {"form": form}, status=status)


def _prefilled(public_id: str) -> IncidentForm:
    """The form with what an investigation already knows; the text is stored there, masked."""
    investigation = Investigation.objects.filter(public_id=public_id).first()
    if investigation is None:
        return IncidentForm()
    return IncidentForm(
        initial={
            "title": investigation.title,
            "text": investigation.text,
            "investigation": investigation.public_id,
            "services": Service.objects.filter(slug__in=investigation.services),
        }
    )
