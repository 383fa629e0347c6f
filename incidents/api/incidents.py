"""Incidents for programs: open one, find, read and change them."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import services
from incidents.api import answers
from incidents.api.inputs import IncidentChange, IncidentInput, IncidentQuery, StatisticsQuery
from incidents.api.refusals import RefusingView, time_from
from incidents.models import Incident
from incidents.services import timeline
from kb.services.diagnosing.ranking import diagnose
from kb.services.guides.people import person
from probes.idempotency import creates_once
from probes.strict import read, read_query


class IncidentsView(RefusingView):
    """Incidents, newest first; `next` goes on where the page ends."""

    required_permissions = {"GET": "incidents.view_incident", "POST": "incidents.add_incident"}

    @extend_schema(
        operation_id="v1_incidents_list", parameters=[IncidentQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        query = read_query(IncidentQuery, request)
        found = _filtered(query).order_by("-id")
        found = services.recurring(found) if query["recurring"] else found
        found = services.with_times_before(found)
        if "before" in query:
            found = found.filter(pk__lt=_known("before", query["before"]).pk)
        found = _with_what_a_row_shows(found)
        rows = list(found[: query["page_size"] + 1])
        shown, more = rows[: query["page_size"]], rows[query["page_size"] :]
        return Response(
            {
                "next": _next(request, shown[-1]) if more else None,
                "results": [answers.listed(incident) for incident in shown],
            }
        )

    @extend_schema(request=IncidentInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request) -> Response:
        asked = read(IncidentInput, request.data)
        with time_from("started_at"):
            incident = services.open_incident(asked.pop("title"), by=person(request.user), **asked)
        address = f"/api/v1/incidents/{incident.public_id}"
        return Response(
            answers.whole(incident), status=status.HTTP_201_CREATED, headers={"Location": address}
        )


class IncidentView(RefusingView):
    required_permissions = {"GET": "incidents.view_incident", "PATCH": "incidents.change_incident"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(answers.whole(read_incident(public_id)))

    @extend_schema(request=IncidentChange, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(IncidentChange, request.data)
        with time_from("started_at"):
            services.edit_incident(incident, by=person(request.user), **asked)
        return Response(answers.whole(read_incident(public_id)))


class TimelineView(RefusingView):
    """What happened, oldest first, with what was merged into the incident."""

    required_permissions = {"GET": "incidents.view_incident"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        found = incident.investigation
        entries = timeline.of(incident, diagnosis=diagnose(found) if found else None)
        return Response({"results": [answers.entry(entry) for entry in entries]})


class StatisticsView(RefusingView):
    """Means and medians in seconds; null where nothing is known."""

    required_permissions = {"GET": "incidents.view_incident"}

    @extend_schema(parameters=[StatisticsQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        query = read_query(StatisticsQuery, request)
        found = _filtered(query)
        groups = services.statistics_by(found, query["by"]) if "by" in query else []
        return Response(
            {
                "all": answers.statistics(services.statistics_of(found)),
                "groups": [answers.statistics(group) for group in groups],
            }
        )


def read_incident(public_id: str) -> Incident:
    found = _with_what_a_row_shows(Incident.objects.all()).select_related(
        "investigation__concluded_cause__guide",
        "investigation__concluded_resolution__cause__guide",
        "known_error__guide",
    )
    return get_object_or_404(found, public_id=public_id)


def _with_what_a_row_shows(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    related = incidents.select_related("assignee", "reporter", "merged_into")
    return related.prefetch_related("services", "status_changes")


def _filtered(query: dict[str, Any]) -> QuerySet[Incident]:
    wanted = {
        "status": "status",
        "severity": "severity",
        "service": "services",
        "assignee": "assignee",
        "environment": "environment",
        "since": "started_at__gte",
        "until": "started_at__lt",
    }
    return Incident.objects.filter(
        **{lookup: query[name] for name, lookup in wanted.items() if name in query}
    )


def _known(field: str, public_id: str) -> Incident:
    incident = Incident.objects.filter(public_id=public_id).first()
    if incident is None:
        message = _("There is no incident %(id)s.") % {"id": public_id}
        raise exceptions.ValidationError(
            {field: exceptions.ErrorDetail(message, code="unknown_incident")}
        )
    return incident


def _next(request: Request, last: Incident) -> str:
    query = request.query_params.copy()
    query["before"] = last.public_id
    return f"{request.path}?{query.urlencode()}"
