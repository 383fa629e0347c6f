"""Changing what is known about an incident."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from incidents import services
from incidents.forms import DetailsForm, lead_to_first_error
from incidents.views.opened import incident_of
from probes.requests import PageRequest

_FIELDS = (
    "title",
    "severity",
    "environment",
    "assignee",
    "reporter",
    "started_at",
    "report",
)


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
def incident_edit(request: PageRequest, public_id: str) -> HttpResponse:
    incident = incident_of(public_id)
    known = {name: getattr(incident, name) for name in _FIELDS}
    # The field knows minutes: what was not touched is not changed.
    known["started_at"] = incident.started_at.replace(second=0, microsecond=0)
    initial = {**known, "services": incident.services.all()}
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            said = _changed(form)
            chosen = said.pop("services", None)
            services.edit_incident(incident, by=request.user, services=chosen, **said)
        except services.BadTime as refused:
            form.add_error("started_at", str(refused))
        else:
            return redirect(incident)
    if form.errors:
        lead_to_first_error(form)
    context = {"form": form, "incident": incident}
    status = 400 if form.is_bound else 200
    return render(request, "incidents/edit.html", context, status=status)


def _changed(form: DetailsForm) -> dict[str, Any]:
    """Only what is not as it was."""
    return {name: form.cleaned_data[name] for name in form.changed_data}
