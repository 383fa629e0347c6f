"""The list of incidents, narrowed by what they are and whose."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents import services
from incidents.models import Incident
from kb.models import Service
from probes.requests import PageRequest

INCIDENTS_PER_PAGE = 30
# The figures under the list are those of so many newest incidents of the filter.
MOST_MEASURED = 300

OPEN = ~Q(status__in=(Incident.Status.RESOLVED, Incident.Status.CLOSED))


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_list(request: PageRequest) -> HttpResponse:
    wanted = _wanted(request)
    found = _narrowed(Incident.objects.all(), wanted, request)
    rows = services.with_times_before(found).select_related("assignee", "merged_into")
    rows = rows.prefetch_related("services", "status_changes")
    page = Paginator(rows, INCIDENTS_PER_PAGE).get_page(request.GET.get("page"))
    for incident in page:
        incident.times = services.incident_times(incident)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "is_narrowed": any(value for name, value in wanted.items() if name != "show"),
        "statuses": Incident.Status.choices,
        "severities": Incident.Severity.choices,
        "services": Service.objects.all(),
        "figures": _figures(found) if page.object_list else None,
        "overdue": services.overdue_items().count(),
        "kept": [(n, v) for n, v in wanted.items() if v and n not in ("show", "q")],
        **wanted,
    }
    return render(request, "incidents/list.html", context)


def _figures(found: QuerySet[Incident]) -> services.Statistics:
    newest = found.order_by("-started_at", "-id").values("pk")[:MOST_MEASURED]
    return services.statistics_of(Incident.objects.filter(pk__in=newest))


def _wanted(request: HttpRequest) -> dict[str, str]:
    names = ("status", "severity", "service", "recurring", "q")
    wanted = {name: request.GET.get(name, "").strip() for name in names}
    # A status says more than open or all.
    return {**wanted, "show": "all" if wanted["status"] else request.GET.get("show", "open")}


def _narrowed(
    incidents: QuerySet[Incident], wanted: dict[str, str], request: PageRequest
) -> QuerySet[Incident]:
    if wanted["show"] in ("open", "mine"):
        incidents = incidents.filter(OPEN)
    if wanted["show"] == "mine":
        incidents = incidents.filter(assignee=request.user)
    if wanted["recurring"]:
        incidents = services.recurring(incidents)
    for name in ("status", "severity"):
        if wanted[name]:
            incidents = incidents.filter(**{name: wanted[name]})
    if wanted["service"]:
        incidents = incidents.filter(services__slug=wanted["service"])
    if query := wanted["q"]:
        incidents = incidents.filter(
            Q(title__icontains=query) | Q(report__icontains=query) | Q(public_id=query)
        )
    return incidents
