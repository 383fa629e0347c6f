"""Plain documents over HTTP: what they would become, then what of it is accepted."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.services.import_answers import document_answer, imported_answer
from incidents.services.importing import (
    CannotImport,
    Decision,
    Problem,
    Rights,
    accepted,
    date_of,
    ids_of,
    import_plain,
    known_before,
    slug_for,
)
from kb.api.imports import MarkdownParser, OctetStreamParser, PlainTextParser
from kb.api.refusals import Refused
from kb.ingest import BadGuide, decode
from kb.ingest.plain import KINDS, Document, read
from kb.models import GuideRevision
from kb.services.guides.complaints import sentence
from kb.services.guides.people import person
from probes.rights import may
from probes.strict import StrictSerializer, read_query


class PlainQuery(StrictSerializer):
    """`accept` and `keep` are ids of a dry run, comma-separated; or `accept` is `all` or `none`."""

    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    dry_run = serializers.BooleanField(default=False)
    kind = serializers.ChoiceField(choices=KINDS, default="", allow_blank=True)
    accept = serializers.CharField(max_length=20_000, default="", allow_blank=True)
    keep = serializers.CharField(max_length=20_000, default="", allow_blank=True)
    title = serializers.CharField(max_length=200, default="", allow_blank=True)
    slug = serializers.SlugField(max_length=50, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="", allow_blank=True)
    date = serializers.DateField(default=None, allow_null=True)


class PlainImportView(APIView):
    """A runbook or a report as it was written; with `dry_run=1` only what it would become.

    A guide needs the right to import guides, an incident also the right to open one.
    """

    required_permissions = {"POST": "kb.import_guide"}
    parser_classes = [MarkdownParser, PlainTextParser, OctetStreamParser]

    @extend_schema(
        operation_id="v1_import_plain",
        request={"text/markdown": OpenApiTypes.STR},
        parameters=[PlainQuery],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        query = read_query(PlainQuery, request)
        # Bytes from the parsers; the framework hands on an empty mapping where there is no body.
        body: Any = request.data or b""
        try:
            document = read(decode(body), kind=query["kind"])
        except BadGuide as refused:
            problems = [Problem(line=c.line, message=sentence(c)) for c in refused.complaints]
            raise _refused(problems) from refused
        if query["dry_run"]:
            known = known_before(document)
            return Response(document_answer(document, slug=_slug(document, query), known=known))
        return Response(imported_answer(self._store(request, document, query)))

    def _store(self, request: Request, document: Document, query: dict[str, Any]) -> Any:
        rights = Rights(
            may_import=True,
            may_open=may(request, "incidents.add_incident"),
            may_publish=may(request, "kb.publish_guide"),
        )
        try:
            return import_plain(
                document,
                _decision(document, query),
                by=person(request.user),
                rights=rights,
                source=GuideRevision.Source.API,
            )
        except CannotImport as refused:
            raise _refused(refused.problems) from refused


def _slug(document: Document, query: dict[str, Any]) -> str:
    return query["slug"] or slug_for(document, name=query["name"])


def _decision(document: Document, query: dict[str, Any]) -> Decision:
    return Decision(
        accept=accepted(document, query["accept"]),
        keep=ids_of(query["keep"]),
        title=query["title"],
        slug=_slug(document, query),
        language=query["language"],
        date=query["date"] or date_of(document),
    )


def _refused(problems: Any) -> Refused:
    """Each problem under `/line`; what is about the whole document has line 0."""
    found: dict[str, list[exceptions.ErrorDetail]] = {}
    for problem in problems:
        said = exceptions.ErrorDetail(problem.message, code="bad_document")
        found.setdefault(str(problem.line), []).append(said)
    return Refused(found)
