"""The work that remains after incidents, over the API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import services
from incidents.api import answers
from incidents.api.incidents import read_incident
from incidents.api.inputs import ActionItemChange, ActionItemInput, ActionItemQuery
from incidents.api.refusals import RefusingView
from incidents.models import ActionItem
from kb.api.guides import page_address
from kb.services.guides.people import person
from probes.idempotency import creates_once
from probes.strict import read, read_query

_RELATED = ("incident", "owner", "done_by")


class IncidentActionItemsView(RefusingView):
    required_permissions = {
        "GET": "incidents.view_actionitem",
        "POST": "incidents.add_actionitem",
    }

    @extend_schema(operation_id="v1_incidents_action_items_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        items = read_incident(public_id).action_items.select_related(*_RELATED)
        return Response({"results": [answers.action_item(item) for item in items]})

    @extend_schema(request=ActionItemInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        incident = read_incident(public_id)
        asked = read(ActionItemInput, request.data)
        item = services.add_action_item(incident, asked.pop("what"), **asked)
        return Response(answers.action_item(item), status=status.HTTP_201_CREATED)


class ActionItemsView(RefusingView):
    """What is to do, the longest overdue first; with `done=1` what was done."""

    required_permissions = {"GET": "incidents.view_actionitem"}

    @extend_schema(
        operation_id="v1_action_items_list",
        parameters=[ActionItemQuery],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        query = read_query(ActionItemQuery, request)
        items = _wanted(query).select_related(*_RELATED)
        count, size, page = items.count(), query["page_size"], query["page"]
        return Response(
            {
                "count": count,
                "next": page_address(request, page + 1) if page * size < count else None,
                "previous": page_address(request, page - 1) if page > 1 else None,
                "results": [
                    answers.action_item(item) for item in items[(page - 1) * size : page * size]
                ],
            }
        )


class ActionItemView(RefusingView):
    required_permissions = {
        "GET": "incidents.view_actionitem",
        "PATCH": "incidents.change_actionitem",
    }

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, number: int) -> Response:
        return Response(answers.action_item(_item(number)))

    @extend_schema(request=ActionItemChange, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, number: int) -> Response:
        """Change what is sent; `done` says whether it is done."""
        item = _item(number)
        asked = read(ActionItemChange, request.data)
        is_done = asked.pop("done", None)
        if asked:
            services.change_action_item(item, **asked)
        if is_done is not None:
            services.set_done(item, is_done=is_done, by=person(request.user))
        return Response(answers.action_item(_item(number)))


def _wanted(query: dict[str, Any]) -> QuerySet[ActionItem]:
    items = services.done_items() if query["done"] else services.open_items()
    if query["overdue"]:
        items = services.overdue_items()
    return items.filter(owner=query["owner"]) if "owner" in query else items


def _item(number: int) -> ActionItem:
    return get_object_or_404(ActionItem.objects.select_related(*_RELATED), pk=number)
