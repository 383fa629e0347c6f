"""Probes, batches and runs over HTTP. A view validates, calls one service and serialises."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from probes import kind_pages, services
from probes.engine import registry
from probes.engine.errors import Complaint, InvalidParams
from probes.idempotency import KEY_HEADER, KeyReused, idempotency_key
from probes.models import Batch, BatchItem, Probe, Run
from probes.serializers import (
    ApprovalRequestSerializer,
    BatchRequestSerializer,
    BatchSerializer,
    KindSerializer,
    ProbeListQuerySerializer,
    ProbeRequestSerializer,
    ProbeSerializer,
    RunSerializer,
)
from probes.strict import printable

Row = TypeVar("Row", bound=Model)


class Changed(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ProbesView(APIView):
    required_permissions = {"GET": "probes.view_probe", "POST": "probes.add_probe"}

    @extend_schema(parameters=[ProbeListQuerySerializer], responses=ProbeSerializer(many=True))
    def get(self, request: Request) -> Response:
        query = ProbeListQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        return paged(request, _probes(asked), asked, shown=_shown)

    @extend_schema(request=ProbeRequestSerializer, responses={201: ProbeSerializer})
    def post(self, request: Request) -> Response:
        asked = ProbeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            probe = services.save_probe(Probe(**asked.validated_data), by=_person(request))
        except InvalidParams as refused:
            raise exceptions.ValidationError(nested(refused.complaints)) from None
        shown = ProbeSerializer(probe).data
        return Response(shown, status=201, headers={"Location": shown["url"]})


class ProbeView(APIView):
    required_permissions = {"GET": "probes.view_probe"}

    @extend_schema(responses=ProbeSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(ProbeSerializer(_probe(slug)).data)


class ApproveView(APIView):
    required_permissions = {"POST": "probes.approve_probe"}

    @extend_schema(request=ApprovalRequestSerializer, responses=ProbeSerializer)
    def post(self, request: Request, slug: str) -> Response:
        asked = ApprovalRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        probe = _probe(slug)
        seen = asked.validated_data.get("definition_hash", probe.definition_hash)
        if seen != probe.definition_hash:
            raise Changed("The definition is another one now. Read it again.")
        try:
            services.approve_probe(probe, by=_person(request))
        except services.OwnProbe as refused:
            raise exceptions.PermissionDenied(str(refused), code="own_probe") from None
        except services.ProbeChanged as refused:
            raise Changed(str(refused)) from None
        except InvalidParams as refused:
            raise exceptions.ValidationError(nested(refused.complaints)) from None
        return Response(ProbeSerializer(_probe(slug)).data)


class KindsView(APIView):
    required_permissions = {"GET": "probes.view_probe"}

    @extend_schema(responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([kind_pages.described(kind) for kind in registry.KINDS.values()])


class KindView(APIView):
    required_permissions = {"GET": "probes.view_probe"}

    @extend_schema(responses=KindSerializer)
    def get(self, request: Request, name: str) -> Response:
        if name not in registry.KINDS:
            raise Http404
        return Response(kind_pages.described(registry.KINDS[name]))


class BatchesView(APIView):
    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(
        parameters=[KEY_HEADER],
        request=BatchRequestSerializer,
        responses={202: BatchSerializer},
    )
    def post(self, request: Request) -> Response:
        asked = BatchRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = idempotency_key(request)
        is_repeat = services.batch_of_key(key, by=_person(request)) is not None
        try:
            batch = services.request_batch(
                _wanted(asked.validated_data["items"]),
                purpose=asked.validated_data["purpose"],
                by=_person(request),
                location=asked.validated_data.get("location"),
                idempotency_key=key,
            )
        except services.RequestRefused as refused:
            raise exceptions.ValidationError(by_item(refused.problems)) from None
        except services.IdempotencyConflict as refused:
            raise KeyReused(str(refused)) from None
        shown = BatchSerializer(_batch(batch.public_id)).data
        headers = {"Location": shown["url"]}
        if is_repeat:
            headers["Idempotency-Replayed"] = "true"
        return Response(shown, status=202, headers=headers)


class BatchView(APIView):
    required_permissions = {"GET": "probes.view_run"}

    @extend_schema(responses=BatchSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(BatchSerializer(_batch(public_id)).data)


class CancelView(APIView):
    required_permissions = {"POST": "probes.run_probe"}

    @extend_schema(request=None, responses=BatchSerializer)
    def post(self, request: Request, public_id: str) -> Response:
        services.cancel_batch(_batch(public_id), by=_person(request))
        return Response(BatchSerializer(_batch(public_id)).data)


class RunView(APIView):
    required_permissions = {"GET": "probes.view_run"}

    @extend_schema(responses=RunSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        runs = Run.objects.select_related("item__batch")
        return Response(RunSerializer(get_object_or_404(runs, public_id=public_id)).data)


def _person(request: Request) -> Any:
    return request.user


def _probe(slug: str) -> Probe:
    return get_object_or_404(Probe.objects.select_related("author", "approved_by"), slug=slug)


def _batch(public_id: str) -> Batch:
    items = BatchItem.objects.select_related("run", "batch").order_by("position")
    batches = Batch.objects.select_related("location").prefetch_related(Prefetch("items", items))
    return get_object_or_404(batches, public_id=public_id)


def _probes(query: dict[str, Any]) -> QuerySet[Probe]:
    found = Probe.objects.select_related("author", "approved_by").order_by("slug")
    if words := query.get("q"):
        found = found.filter(Q(slug__icontains=words) | Q(name__icontains=words))
    if kind := query.get("kind"):
        found = found.filter(kind=kind)
    if query["approved"] is not None:
        waiting = Q(approved_hash="")
        found = found.exclude(waiting) if query["approved"] else found.filter(waiting)
    return found


def _shown(probes: list[Probe]) -> list[Any]:
    return list(ProbeSerializer(probes, many=True).data)


def paged(
    request: Request,
    found: QuerySet[Row],
    query: dict[str, Any],
    *,
    shown: Callable[[list[Row]], list[Any]],
) -> Response:
    """One page of what was found, as `shown` gives it, with the addresses of those beside it."""
    pages = Paginator(found, query["page_size"])
    if query["page"] > pages.num_pages:
        raise Http404
    page = pages.page(query["page"])
    following = page.next_page_number() if page.has_next() else None
    before = page.previous_page_number() if page.has_previous() else None
    return Response(
        {
            "count": pages.count,
            "next": _address(request, following),
            "previous": _address(request, before),
            "results": shown(list(page.object_list)),
        }
    )


def _address(request: Request, page: int | None) -> str | None:
    if page is None:
        return None
    query = request.query_params.copy()
    query["page"] = str(page)
    return f"{request.path}?{query.urlencode()}"


def _wanted(items: Sequence[dict[str, Any]]) -> list[services.Wanted]:
    probes = Probe.objects.in_bulk({item["probe"] for item in items}, field_name="slug")
    unknown = {
        str(index): {
            "probe": [exceptions.ErrorDetail("There is no such probe.", code="unknown_probe")]
        }
        for index, item in enumerate(items)
        if item["probe"] not in probes
    }
    if unknown:
        raise exceptions.ValidationError({"items": unknown})
    return [
        services.Wanted(probe=probes[item["probe"]], values=item["values"], ref=item["ref"])
        for item in items
    ]


def by_item(problems: Iterable[services.Problem]) -> dict[str, Any]:
    """`{"items": {"0": {"values": {"port": [...]}}}}`, so that a pointer names the place."""
    items: dict[str, Any] = {}
    for problem in problems:
        item = items.setdefault(str(problem.index), {})
        place = item.setdefault("values", {}) if problem.field else item
        detail = exceptions.ErrorDetail(problem.message, code=problem.code)
        place.setdefault(problem.field or "probe", []).append(detail)
    return {"items": items}


def nested(complaints: Iterable[Complaint]) -> dict[str, Any]:
    """Complaints with dotted fields as nested errors: `params.port` is `{"params": {"port": …}}`."""
    errors: dict[str, Any] = {}
    for complaint in complaints:
        detail = exceptions.ErrorDetail(printable(complaint.message), code="invalid")
        head, _dot, name = printable(complaint.field).partition(".")
        if name:
            errors.setdefault(head, {}).setdefault(name, []).append(detail)
        else:
            errors.setdefault(head, []).append(detail)
    return errors
