"""The list of incidents."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from incidents.models import Incident
from probes.requests import PageRequest

INCIDENTS_PER_PAGE = 30

OPEN = ~Q(status__in=(Incident.Status.RESOLVED, Incident.Status.CLOSED))


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_list(request: PageRequest) -> HttpResponse:
    wanted = request.GET.get("show", "open")
    incidents = Incident.objects.prefetch_related("services")
    if wanted == "open":
        incidents = incidents.filter(OPEN)
    if query := request.GET.get("q", "").strip():
        incidents = incidents.filter(Q(title__icontains=query) | Q(report__icontains=query))
    page = Paginator(incidents, INCIDENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "show": wanted, "query": query}
    return render(request, "incidents/list.html", context)
