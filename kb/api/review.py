"""The review queue over HTTP, and saying that a guide is still valid."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb.api import inputs
from kb.api.guides import page_address, visible_guides
from kb.api.refusals import Refused
from kb.ingest import BadGuide
from kb.services.guides.complaints import sentence
from kb.services.guides.people import person
from kb.services.upkeep.health import Health, Reason
from kb.services.upkeep.review import still_valid
from kb.services.upkeep.review_queue import review_queue
from probes.strict import read, read_query


class ReviewView(APIView):
    """The guides that have a reason to be looked at, the worst first."""

    required_permissions = {"GET": "kb.change_guide"}

    @extend_schema(
        operation_id="v1_review_list",
        parameters=[inputs.ReviewQuery],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        query = read_query(inputs.ReviewQuery, request)
        size, page = query["page_size"], query["page"]
        queue = review_queue(reason=query["reason"], service=query["service"], owner=query["owner"])
        count = len(queue.rows)
        return Response(
            {
                "count": count,
                "looked_at": queue.looked_at,
                "next_due": queue.next_due,
                "next": page_address(request, page + 1) if page * size < count else None,
                "previous": page_address(request, page - 1) if page > 1 else None,
                "results": [_row(one) for one in queue.rows[(page - 1) * size : page * size]],
            }
        )


class ReviewedView(APIView):
    """Someone looked at the guide and found it right: it is due again in 90 days."""

    required_permissions = {"POST": "kb.change_guide"}

    @extend_schema(request=inputs.ReviewedInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        given = read(inputs.ReviewedInput, request.data)
        guide = get_object_or_404(visible_guides(request), slug=slug)
        try:
            review = still_valid(guide, by=person(request.user), note=given["note"])
        except BadGuide as refused:
            raise _refused(refused) from refused
        return Response(
            {
                "guide": guide.slug,
                "reviewed_at": review.at,
                "by": review.by and review.by.get_username(),
                "note": review.note,
                "review_after": review.next_review,
            }
        )


def _row(one: Health) -> dict[str, Any]:
    guide = one.guide
    return {
        "guide": guide.slug,
        "title": guide.localized("title"),
        "url": guide.get_absolute_url(),
        "state": guide.state,
        "services": [service.slug for service in guide.services.all()],
        "owner": guide.owner and guide.owner.get_username(),
        "review_after": guide.review_after,
        "health": one.verdict,
        "reasons": [_reason(reason) for reason in one.reasons],
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.kind,
        "severity": one.severity,
        "text": one.text,
        "since": one.since_day,
        "url": one.href,
    }


def _refused(refused: BadGuide) -> Refused:
    """A guide that no longer fits the rest of the base cannot be valid: every complaint by field."""
    return Refused(
        {
            complaint.field: [exceptions.ErrorDetail(sentence(complaint), code="bad_guide")]
            for complaint in refused.complaints
        }
    )
