"""Guides and causes, as data and as the file they are written in."""

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb import services
from kb.api import inputs
from kb.api.cause_answers import guide_reference, resolution
from kb.api.guide_answers import contradictions, guide_row, guide_whole
from kb.models import Cause, Guide
from probes.rights import may
from probes.strict import read_query


class GuidesView(APIView):
    """Guides, a page at a time. A reader sees the published ones, an author all."""

    required_permissions = {"GET": "kb.view_guide"}

    @extend_schema(
        operation_id="v1_guides_list", parameters=[inputs.GuideQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        query = read_query(inputs.GuideQuery, request)
        found = _filtered(visible_guides(request), query)
        size, page = query["page_size"], query["page"]
        count = found.count()
        rows = found.prefetch_related("services", "translations")[(page - 1) * size : page * size]
        return Response(
            {
                "count": count,
                "next": page_address(request, page + 1) if page * size < count else None,
                "previous": page_address(request, page - 1) if page > 1 else None,
                "results": [guide_row(guide) for guide in rows],
            }
        )


def visible_guides(request: Request) -> QuerySet[Guide]:
    guides = Guide.objects.all()
    return guides if may(request, "kb.change_guide") else guides.published()


def _filtered(guides: QuerySet[Guide], query: dict[str, str]) -> QuerySet[Guide]:
    if "service" in query:
        guides = guides.filter(services__slug=query["service"])
    if "status" in query:
        guides = guides.filter(state=query["status"])
    if "q" in query:
        words = query["q"]
        guides = guides.filter(
            Q(title__icontains=words)
            | Q(summary__icontains=words)
            | Q(translations__title__icontains=words)
            | Q(slug__icontains=words)
        )
    return guides.distinct()


def page_address(request: Request, number: int) -> str:
    query = request.query_params.copy()
    query["page"] = str(number)
    return f"{request.path}?{query.urlencode()}"


class GuideView(APIView):
    """One guide whole; its ETag is the newest revision's digest.

    `contradictions` is there for who may change the guide.
    """

    required_permissions = {"GET": "kb.view_guide"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response | HttpResponse:
        guide = get_object_or_404(visible_guides(request), slug=slug)
        newest = guide.revisions.first()
        etag = f'"{newest.sha256}"' if newest else None
        may_change = may(request, "kb.change_guide")
        # What contradicts the guide changes with what people try, without a new revision.
        if not may_change and (unchanged := get_conditional_response(request, etag=etag)):
            return unchanged
        found = {"contradictions": contradictions(guide)} if may_change else {}
        return Response({**guide_whole(guide), **found}, headers={"ETag": etag} if etag else {})


class GuideFileView(APIView):
    """The guide as a file: front matter and body, ready to import elsewhere."""

    required_permissions = {"GET": "kb.view_guide"}

    @extend_schema(responses=OpenApiTypes.STR)
    def get(self, request: Request, slug: str) -> HttpResponse:
        guide = get_object_or_404(visible_guides(request), slug=slug)
        return HttpResponse(services.file_of(guide), content_type="text/markdown; charset=utf-8")


class CauseView(APIView):
    """One cause with its evidence, resolutions and track record."""

    required_permissions = {"GET": "kb.view_guide"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, guide: str, slug: str) -> Response:
        cause = get_object_or_404(
            Cause.objects.select_related("guide", "refines"),
            guide__in=visible_guides(request),
            guide__slug=guide,
            slug=slug,
        )
        return Response(
            {
                "slug": cause.slug,
                "title": cause.guide.localized_name("causes", cause.slug, cause.title),
                "standing": cause.standing,
                "provenance": cause.provenance,
                "weight": cause.weight,
                "refines": cause.refines and cause.refines.slug,
                "guide": guide_reference(cause.guide, cause.section),
                "evidence": [
                    {"when": rule.when, "says": rule.says, "provenance": rule.provenance}
                    for rule in cause.evidence.all()
                ],
                "resolutions": [resolution(view) for view in services.resolutions_of(cause)],
            }
        )
