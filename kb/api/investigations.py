"""From a symptom to its outcome: match, batches, answers and outcome of an investigation."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from kb import services
from kb.api import answers, inputs, seen, terminal
from kb.api.refusals import RefusingView, refused_fields
from kb.models import Check, Investigation, Resolution
from probes.idempotency import creates_once
from probes.parsers import BoundedJSONParser
from probes.services import RequestRefused
from probes.strict import read, read_query


class PlainTextRenderer(BaseRenderer):
    media_type = "text/plain"
    format = "txt"

    def render(self, data: Any, media_type: Any = None, context: Any = None) -> bytes:
        return (data if isinstance(data, str) else str(data)).encode()


class MatchView(RefusingView):
    """A symptom in, ranked causes and their fixes out."""

    required_permissions = {"POST": "kb.match_text"}
    parser_classes = [
        BoundedJSONParser,
        inputs.RawTextParser,
        inputs.OctetStreamParser,
        inputs.FormBodyParser,
    ]
    renderer_classes = [JSONRenderer, PlainTextRenderer]

    @extend_schema(
        request=inputs.MatchInput, parameters=[inputs.MatchQuery], responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, format: str | None = None) -> Response:
        query = read_query(inputs.MatchQuery, request)
        asked = read(inputs.MatchInput, request.data)
        investigation = services.find_fixes(
            asked["text"],
            by=request.user,
            services=asked["context"]["services"],
            environment=asked["context"]["environment"],
            typed=asked["parameters"],
        )
        limit = query.get("limit", asked["limit"])
        with translation.override(query.get("lang", translation.get_language())):
            return _answer(request, investigation, limit=limit)


def _answer(
    request: Request, investigation: Investigation, *, limit: int = 10, code: int = 200
) -> Response:
    diagnosis = services.diagnose(investigation)
    if getattr(request.accepted_renderer, "format", "") == "txt":
        base = request.build_absolute_uri("/").rstrip("/")
        return Response(terminal.render(diagnosis, base=base, limit=limit), status=code)
    return Response(answers.investigation(diagnosis, limit=limit), status=code)


class InvestigationView(RefusingView):
    """The investigation, ranked again on what has been run since."""

    required_permissions = {"GET": "kb.match_text"}
    renderer_classes = [JSONRenderer, PlainTextRenderer]

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        return _answer(request, _investigation(public_id))


def _investigation(public_id: str) -> Investigation:
    return get_object_or_404(Investigation, public_id=public_id)


class BatchesView(RefusingView):
    """Asks for runs of the investigation's checks. Nothing from a paste runs unconfirmed."""

    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(request=inputs.BatchInput, responses={202: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        investigation = _investigation(public_id)
        asked = read(inputs.BatchInput, request.data)
        if asked["parameters"]:
            services.set_parameters(investigation, asked["parameters"], by=request.user)
        batches = services.request_runs(
            investigation,
            _checks(asked["checks"]),
            by=request.user,
            purpose=asked["purpose"],
            location=asked.get("location"),
        )
        batch = batches[0]
        address = f"/api/v1/batches/{batch.public_id}"
        answer = {
            "id": batch.public_id,
            "state": batch.state,
            "url": address,
            "location": batch.location.slug,
            "batches": [one.public_id for one in batches],
            "investigation": f"/api/v1/investigations/{investigation.public_id}",
        }
        return Response(answer, status=status.HTTP_202_ACCEPTED, headers={"Location": address})


def _checks(keys: list[str]) -> list[Check]:
    """The checks called `guide/check`; every unknown one is named."""
    wanted = Check.objects.select_related("guide", "probe").filter(
        guide__slug__in=[_split(key)[0] for key in keys],
        slug__in=[_split(key)[1] for key in keys],
    )
    by_key = {check.key: check for check in wanted}
    if unknown := [key for key in keys if key not in by_key]:
        raise exceptions.ValidationError(
            {
                "checks": [
                    exceptions.ErrorDetail(
                        _("There is no check %(key)s; write it as guide/check.") % {"key": key},
                        code="unknown_check",
                    )
                    for key in unknown
                ]
            }
        )
    return [by_key[key] for key in keys]


class AnswersView(RefusingView):
    """What a person saw, for a question to a person or where no runner could look.

    `answer` is a reason code of the check's own kind.
    """

    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(request=inputs.AnswerInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        investigation = _investigation(public_id)
        asked = read(inputs.AnswerInput, request.data)
        [check] = _checks([asked["check"]])
        try:
            services.answer_check(
                investigation,
                check,
                answer=asked["answer"],
                note=asked["note"],
                by=request.user,
                purpose=asked["purpose"],
            )
        except RequestRefused as refused:
            raise refused_fields(refused) from refused
        return _answer(request, investigation, code=status.HTTP_201_CREATED)


class OutcomeView(RefusingView):
    """What came of a repair, as a person says it beside what the verifying checks propose."""

    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(request=inputs.OutcomeInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        investigation = _investigation(public_id)
        asked = read(inputs.OutcomeInput, request.data)
        recorded = services.record_outcome(
            investigation,
            _resolution(asked["resolution"]),
            outcome=asked["outcome"],
            by=request.user,
            note=asked["note"],
            was_cause=asked["was_cause"],
        )
        investigation.refresh_from_db()
        answer = answers.investigation(services.diagnose(investigation))
        answer["recorded"] = seen.recorded(recorded)
        return Response(answer, status=status.HTTP_201_CREATED)


def _resolution(key: str) -> Resolution:
    guide, rest = _split(key)
    cause, slug = _split(rest)
    found = (
        Resolution.objects.select_related("cause__guide")
        .filter(cause__guide__slug=guide, cause__slug=cause, slug=slug)
        .first()
    )
    if found is None:
        raise exceptions.ValidationError(
            {
                "resolution": exceptions.ErrorDetail(
                    _("There is no resolution %(key)s; write it as guide/cause/resolution.")
                    % {"key": key},
                    code="unknown_resolution",
                )
            }
        )
    return found


def _split(key: str) -> tuple[str, str]:
    before, _slash, after = key.partition("/")
    return before, after
