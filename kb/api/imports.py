"""A guide's file over HTTP: refused with the line of each complaint, or stored whole."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb.api import inputs
from kb.api.refusals import Refused
from kb.models import GuideRevision
from kb.services.guides.complaints import sentence
from kb.services.guides.guides import (
    FileComplaint,
    ImportPlan,
    ImportRefused,
    apply_import,
    plan_import,
)
from kb.services.guides.people import person
from probes.rights import may
from probes.strict import read_query


class MarkdownParser(BaseParser):
    """The body is the file; its bytes are kept, so that a wrong one can be named."""

    media_type = "text/markdown"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream.read()


class PlainTextParser(MarkdownParser):
    media_type = "text/plain"


class OctetStreamParser(MarkdownParser):
    media_type = "application/octet-stream"


class ImportView(APIView):
    """One guide or translation as its file; with `dry_run=1` it only says what would change."""

    required_permissions = {"POST": "kb.import_guide"}
    parser_classes = [MarkdownParser, PlainTextParser, OctetStreamParser]

    @extend_schema(
        request={"text/markdown": OpenApiTypes.STR},
        parameters=[inputs.ImportQuery],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        query = read_query(inputs.ImportQuery, request)
        may_publish = may(request, "kb.publish_guide")
        # Bytes from the parsers; the framework hands on an empty mapping where there is no body.
        body: Any = request.data or b""
        plan = plan_import([(query["name"], body)], may_publish=may_publish)
        if plan.complaints:
            raise refused_files(plan.complaints)
        if not query["dry_run"]:
            _apply(plan, request)
        return Response(_answer(plan, is_stored=not query["dry_run"]))


def _apply(plan: ImportPlan, request: Request) -> None:
    try:
        apply_import(plan, by=person(request.user), source=GuideRevision.Source.API)
    except ImportRefused as refused:
        raise refused_files(refused.complaints) from refused


def refused_files(complaints: tuple[FileComplaint, ...]) -> Refused:
    """Each complaint under `/line/field`, or `/line`; what is about the whole file has line 0."""
    found: dict[str, dict[str, list[exceptions.ErrorDetail]]] = {}
    for complaint in complaints:
        said = exceptions.ErrorDetail(sentence(complaint), code="bad_guide")
        field = complaint.field or "non_field_errors"
        found.setdefault(str(complaint.line), {}).setdefault(field, []).append(said)
    return Refused(found)


def _answer(plan: ImportPlan, *, is_stored: bool) -> dict[str, Any]:
    return {
        "stored": is_stored,
        "guides": [
            {
                "slug": item.slug,
                "language": item.language,
                "state": item.state,
                "difference": item.diff,
            }
            for item in plan.items
        ],
        "warnings": [
            {"line": warning.line, "detail": sentence(warning)} for warning in plan.warnings
        ],
    }
