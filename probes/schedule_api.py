"""Schedules over HTTP: kept, paused, and run now."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from probes import services
from probes.api import Changed, by_item, nested, paged
from probes.engine.errors import InvalidParams
from probes.models import Schedule
from probes.schedule_serializers import (
    PauseSerializer,
    ScheduleListQuerySerializer,
    SchedulePatchSerializer,
    ScheduleRequestSerializer,
    ScheduleSerializer,
    shown,
)
from probes.serializers import BatchSerializer
from probes.strict import read, read_query
from probes.timetable import BadTimetable, read_timetable

# What a guide says of its checks is changed in the guide, or the next save would undo it.
_OF_THE_GUIDE = ("name", "times", "values", "location", "baseline")


class SchedulesView(APIView):
    required_permissions = {"GET": "probes.view_schedule", "POST": "probes.add_schedule"}

    @extend_schema(
        parameters=[ScheduleListQuerySerializer], responses=ScheduleSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        query = read_query(ScheduleListQuerySerializer, request)
        return paged(request, _found(query), query, shown=shown)

    @extend_schema(request=ScheduleRequestSerializer, responses={201: ScheduleSerializer})
    def post(self, request: Request) -> Response:
        asked = read(ScheduleRequestSerializer, request.data)
        location = asked.pop("location", None) or services.server_location()
        schedule = Schedule(location=location)
        _save(schedule, asked)
        answer = _shown(schedule.slug)
        return Response(answer, status=201, headers={"Location": answer["url"]})


class ScheduleView(APIView):
    required_permissions = {
        "GET": "probes.view_schedule",
        "PATCH": "probes.change_schedule",
        "DELETE": "probes.delete_schedule",
    }

    @extend_schema(responses=ScheduleSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(_shown(slug))

    @extend_schema(request=SchedulePatchSerializer, responses=ScheduleSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        schedule = _schedule(slug)
        reader = SchedulePatchSerializer(data=request.data, partial=True)
        reader.is_valid(raise_exception=True)
        asked = dict(reader.validated_data)
        if schedule.is_kept_by_guide and any(name in asked for name in _OF_THE_GUIDE):
            raise _kept_by_guide(schedule)
        is_paused = asked.pop("is_paused", None)
        _save(schedule, asked)
        if is_paused is not None:
            _set_pause(schedule, is_paused)
        return Response(_shown(slug))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        schedule = _schedule(slug)
        if schedule.is_kept_by_guide:
            raise _kept_by_guide(schedule)
        schedule.delete()
        return Response(status=204)


class ScheduleRunView(APIView):
    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(request=None, responses={202: BatchSerializer})
    def post(self, request: Request, slug: str) -> Response:
        person: Any = request.user
        try:
            batch = services.run_schedule(_schedule(slug), by=person)
        except services.RequestRefused as refused:
            raise exceptions.ValidationError(by_item(refused.problems)) from None
        answer = BatchSerializer(batch).data
        return Response(answer, status=202, headers={"Location": answer["url"]})


class SchedulePauseView(APIView):
    """Pauses it; with `{"is_paused": false}` it runs again."""

    required_permissions = {"POST": "probes.change_schedule"}

    @extend_schema(request=PauseSerializer, responses=ScheduleSerializer)
    def post(self, request: Request, slug: str) -> Response:
        asked = read(PauseSerializer, request.data)
        _set_pause(_schedule(slug), asked["is_paused"])
        return Response(_shown(slug))


def _schedule(slug: str) -> Schedule:
    related = Schedule.objects.select_related("probe", "location", "last_batch", "last_run")
    return get_object_or_404(related, slug=slug)


def _shown(slug: str) -> dict[str, Any]:
    return shown([_schedule(slug)])[0]


def _found(query: dict[str, Any]) -> QuerySet[Schedule]:
    found = Schedule.objects.select_related("probe", "location", "last_batch", "last_run")
    if words := query.get("q"):
        found = found.filter(Q(slug__icontains=words) | Q(name__icontains=words))
    if state := query.get("state"):
        found = found.filter(state=state)
    if probe := query.get("probe"):
        found = found.filter(probe__slug=probe)
    return found.order_by("slug")


def _save(schedule: Schedule, asked: dict[str, Any]) -> None:
    try:
        if "times" in asked:
            schedule.timetable = read_timetable(asked.pop("times"))
        for name, value in asked.items():
            setattr(schedule, name, value)
        services.save_schedule(schedule)
    except BadTimetable as wrong:
        raise exceptions.ValidationError({"times": [str(wrong)]}) from None
    except InvalidParams as refused:
        raise exceptions.ValidationError(nested(refused.complaints)) from None


def _set_pause(schedule: Schedule, is_paused: bool) -> None:
    if is_paused:
        services.pause_schedule(schedule)
    else:
        services.resume_schedule(schedule)


def _kept_by_guide(schedule: Schedule) -> Changed:
    return Changed(f"The guide keeps this schedule: change its check {schedule.ref} there.")
