"""What is done with an incident over the API: move, end, merge, note, try."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import services
from incidents.api import answers
from incidents.api.incidents import read_incident
from incidents.api.inputs import AttemptInput, MergeInput, NoteInput, StatusInput
from incidents.api.refusals import RefusingView, time_from
from incidents.models import Incident
from kb.api.refusals import Refused
from kb.models import Attempt
from kb.services.guides.people import person
from probes.idempotency import creates_once
from probes.strict import read

ENDINGS = (Incident.Status.RESOLVED, Incident.Status.CLOSED)
_OUTCOME = ("kind", "resolution", "cause", "known_error", "note")


class StatusView(RefusingView):
    """Move the incident. Closing, and resolving where it says how, needs what fixed it."""

    required_permissions = {"POST": "incidents.change_incident"}

    @extend_schema(request=StatusInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(StatusInput, request.data)
        _move(incident, asked, by=person(request.user))
        return Response(answers.whole(read_incident(public_id)))


def _move(incident: Incident, asked: dict[str, Any], *, by: User | None) -> None:
    to = asked["status"]
    said = {name: asked[name] for name in _OUTCOME if name in asked}
    if to in ENDINGS and (said or to == Incident.Status.CLOSED):
        services.close_incident(
            incident, by=by, to=to, at=asked["at"], confirmed=asked["confirmed"], **said
        )
    elif said:
        raise _only_at_the_end(said)
    else:
        services.change_status(incident, to=to, by=by, at=asked["at"], reason=asked["reason"])


def _only_at_the_end(said: dict[str, Any]) -> Refused:
    message = _("How it ended is said when it is resolved or closed.")
    detail = exceptions.ErrorDetail(message, code="not_ended")
    return Refused({name: [detail] for name in said})


class MergeView(RefusingView):
    """POST: this incident is a duplicate of another. DELETE: it is not after all."""

    required_permissions = {
        "POST": "incidents.change_incident",
        "DELETE": "incidents.change_incident",
    }

    @extend_schema(request=MergeInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(MergeInput, request.data)
        services.merge(incident, into=asked["into"], by=person(request.user))
        return Response(answers.whole(read_incident(public_id)))

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, public_id: str) -> Response:
        services.unmerge(read_incident(public_id), by=person(request.user))
        return Response(answers.whole(read_incident(public_id)))


class NotesView(RefusingView):
    """Append a note; what is written stays."""

    required_permissions = {"POST": "incidents.add_note"}

    @extend_schema(request=NoteInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(NoteInput, request.data)
        with time_from("occurred_at"):
            note = services.add_note(
                incident, text=asked["text"], by=person(request.user), at=asked["occurred_at"]
            )
        return Response(answers.note(note), status=status.HTTP_201_CREATED)


class AttemptsView(RefusingView):
    """What was tried, in the order it was tried."""

    required_permissions = {"GET": "incidents.view_incident", "POST": "kb.add_attempt"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        found = read_incident(public_id).investigation
        rows = Attempt.objects.filter(investigation=found) if found else Attempt.objects.none()
        related = rows.select_related("by", "resolution__cause__guide")
        tried = related.prefetch_related("addresses__guide")
        return Response({"results": [answers.attempt(one) for one in tried]})

    @extend_schema(request=AttemptInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(AttemptInput, request.data)
        attempt = services.add_attempt(
            incident, asked.pop("what"), by=person(request.user), **asked
        )
        return Response(answers.attempt(attempt), status=status.HTTP_201_CREATED)
