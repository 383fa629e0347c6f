"""Incidents for programs: open one, read it, write a note."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents import services
from incidents.models import Incident, Note
from kb.models import Investigation, Service
from kb.services.people import person
from probes.strict import StrictSerializer, read, read_query


class IncidentInput(StrictSerializer):
    title = serializers.CharField(max_length=200)
    report = serializers.CharField(max_length=200_000, default="", allow_blank=True)
    severity = serializers.ChoiceField(
        choices=Incident.Severity.choices, default=Incident.Severity.MINOR
    )
    services = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Service.objects.all(), required=False
    )
    investigation = serializers.SlugRelatedField(
        slug_field="public_id", queryset=Investigation.objects.all(), default=None, allow_null=True
    )
    started_at = serializers.DateTimeField(default=None, allow_null=True)


class IncidentQuery(StrictSerializer):
    status = serializers.ChoiceField(choices=Incident.Status.choices, required=False)
    before = serializers.CharField(max_length=20, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=50)


class NoteInput(StrictSerializer):
    text = serializers.CharField(max_length=20_000)
    occurred_at = serializers.DateTimeField(default=None, allow_null=True)


class IncidentsView(APIView):
    """Incidents, newest first; `next` goes on where the page ends."""

    required_permissions = {"GET": "incidents.view_incident", "POST": "incidents.add_incident"}

    @extend_schema(
        operation_id="v1_incidents_list", parameters=[IncidentQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        query = read_query(IncidentQuery, request)
        found = Incident.objects.prefetch_related("services").order_by("-id")
        if "status" in query:
            found = found.filter(status=query["status"])
        if "before" in query:
            found = found.filter(pk__lt=_known("before", query["before"]).pk)
        rows = list(found[: query["page_size"] + 1])
        shown, more = rows[: query["page_size"]], rows[query["page_size"] :]
        return Response(
            {
                "next": _next(request, shown[-1]) if more else None,
                "results": [_row(incident) for incident in shown],
            }
        )

    @extend_schema(request=IncidentInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        asked = read(IncidentInput, request.data)
        incident = services.open_incident(asked.pop("title"), by=person(request.user), **asked)
        address = f"/api/v1/incidents/{incident.public_id}"
        return Response(
            _whole(incident), status=status.HTTP_201_CREATED, headers={"Location": address}
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


class IncidentView(APIView):
    required_permissions = {"GET": "incidents.view_incident"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(_whole(get_object_or_404(Incident, public_id=public_id)))


class NotesView(APIView):
    """Append a note; what is written stays."""

    required_permissions = {"POST": "incidents.add_note"}

    @extend_schema(request=NoteInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, public_id: str) -> Response:
        incident = get_object_or_404(Incident, public_id=public_id)
        asked = read(NoteInput, request.data)
        note = services.add_note(
            incident, text=asked["text"], by=person(request.user), at=asked["occurred_at"]
        )
        return Response(_note(note), status=status.HTTP_201_CREATED)


def _row(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.public_id,
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "url": incident.get_absolute_url(),
        "services": [service.slug for service in incident.services.all()],
        "started_at": incident.started_at,
        "resolved_at": incident.resolved_at,
        "closed_at": incident.closed_at,
    }


def _whole(incident: Incident) -> dict[str, Any]:
    return {
        **_row(incident),
        "report": incident.report,
        "resolved_by": incident.resolution_kind,
        "investigation": incident.investigation and incident.investigation.public_id,
        "notes": [_note(note) for note in incident.notes.all()],
    }


def _note(note: Note) -> dict[str, Any]:
    return {"text": note.text, "occurred_at": note.occurred_at, "recorded_at": note.recorded_at}
