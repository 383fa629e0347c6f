"""From an incident to a guide, for programs: what its record proposes, and the draft of a choice."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.models import Incident
from incidents.services import promoting
from kb.api.refusals import Refused
from kb.ingest import BadGuide
from kb.models import Cause, Guide
from kb.services.authoring.drafting import Chosen, Told
from kb.services.guides.complaints import sentence
from probes.idempotency import creates_once
from probes.rights import need
from probes.strict import StrictSerializer, read


class PromoteInput(StrictSerializer):
    """Either `into` names a cause as `guide/cause`, or `title` and `cause` make a new guide."""

    into = serializers.CharField(max_length=120, default="")
    title = serializers.CharField(max_length=200, default="")
    cause = serializers.CharField(max_length=200, default="")
    is_confirmed = serializers.BooleanField(default=False)
    phrases = serializers.ListField(child=serializers.CharField(max_length=80), default=list)
    checks = serializers.ListField(child=serializers.CharField(max_length=50), default=list)
    avoid = serializers.ListField(child=serializers.IntegerField(), default=list)
    fix = serializers.CharField(max_length=200, default="", allow_blank=True)
    is_workaround = serializers.BooleanField(default=False)
    state = serializers.ChoiceField(choices=Guide.State.choices, default=Guide.State.DRAFT)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("title", "cause") if not said["into"] and not said[name]]
        if missing:
            message = _("A new guide needs this; or name a cause of an existing one in `into`.")
            problem = serializers.ErrorDetail(message, code="required")
            raise serializers.ValidationError({name: [problem] for name in missing})
        return said


class PromoteView(APIView):
    """Proposals with GET; with POST the guide, a draft unless another state is asked for."""

    required_permissions = {"GET": "kb.add_guide", "POST": "kb.add_guide"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        incident = _visible(request, public_id)
        told = promoting.told_by(incident)
        return Response({"language": told.language, **_proposals(incident, told)})

    @extend_schema(request=PromoteInput, responses={201: OpenApiTypes.OBJECT})
    @creates_once
    def post(self, request: Request, public_id: str) -> Response:
        incident = _visible(request, public_id)
        asked = read(PromoteInput, request.data)
        told = promoting.told_by(incident)
        _know(told, asked)
        guide = _written(request, incident, told, asked)
        address = f"/api/v1/guides/{guide.slug}"
        return Response(
            {"guide": guide.slug, "state": guide.state, "url": guide.get_absolute_url()},
            status=status.HTTP_201_CREATED,
            headers={"Location": address},
        )


def _visible(request: Request, public_id: str) -> Incident:
    need(request, "incidents.view_incident")
    return get_object_or_404(Incident, public_id=public_id)


def _proposals(incident: Incident, told: Told) -> dict[str, Any]:
    return {
        "symptoms": [
            {
                "phrase": one.phrase,
                "line": one.line,
                "right": one.hits.right,
                "wrong": one.hits.wrong,
                "open": one.hits.open,
            }
            for one in promoting.proposed(incident, told)
        ],
        "checks": [
            {"slug": look.slug, "name": look.name, "reason_code": look.item.run.reason_code}
            for look in told.looks
        ],
        "avoid": [{"attempt": one.pk, "what": one.what} for one in told.failed],
    }


def _know(told: Told, asked: dict[str, Any]) -> None:
    """Every named check and attempt has to be the incident's own; all unknown ones at once."""
    unknown = {
        "checks": set(asked["checks"]) - {look.slug for look in told.looks},
        "avoid": set(asked["avoid"]) - {one.pk for one in told.failed},
    }
    problems = {
        field: [
            exceptions.ErrorDetail(
                _("The incident has no %(name)s.") % {"name": name}, code="unknown"
            )
            for name in sorted(names, key=str)
        ]
        for field, names in unknown.items()
        if names
    }
    if problems:
        raise exceptions.ValidationError(problems)


def _written(request: Request, incident: Incident, told: Told, asked: dict[str, Any]) -> Guide:
    chosen = _chosen(asked)
    try:
        if asked["into"]:
            need(request, "kb.change_guide")
            cause = _cause(asked["into"])
            return promoting.add_to_guide(incident, cause, chosen, told=told, by=request.user)
        if chosen.state in (Guide.State.PUBLISHED, Guide.State.ARCHIVED):
            need(request, "kb.publish_guide")
        return promoting.promote(incident, chosen, told=told, by=request.user)
    except BadGuide as refused:
        raise Refused([sentence(one) for one in refused.complaints]) from refused
    except ValueError as refused:
        problem = exceptions.ErrorDetail(_("These words cannot be a symptom."), code="bad_phrase")
        raise Refused({"phrases": [problem]}) from refused


def _chosen(asked: dict[str, Any]) -> Chosen:
    return Chosen(
        title=asked["title"],
        cause=asked["cause"],
        is_confirmed=asked["is_confirmed"],
        phrases=tuple(asked["phrases"]),
        looks=frozenset(asked["checks"]),
        avoid=frozenset(asked["avoid"]),
        fix=asked["fix"],
        is_workaround=asked["is_workaround"],
        state=asked["state"],
    )


def _cause(key: str) -> Cause:
    guide, _slash, slug = key.partition("/")
    cause = Cause.objects.filter(guide__slug=guide, slug=slug).select_related("guide").first()
    if cause is None:
        message = _("There is no cause %(name)s.") % {"name": key}
        raise exceptions.ValidationError(
            {"into": [exceptions.ErrorDetail(message, code="unknown_cause")]}
        )
    return cause
