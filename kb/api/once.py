"""`--once GUIDE` of an agent: a guide's checks run from its own location, then the verdict."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kb import services
from kb.api import terminal
from kb.api.inputs import LONGEST_TEXT
from kb.api.refusals import RefusingView
from kb.models import Guide, Investigation
from probes import reasons
from probes.agent_authentication import AgentView
from probes.agent_serializers import AboutSerializer, claim_as_json
from probes.engine.registry import KINDS
from probes.models import Location
from probes.services import note_agent, policy_or_nothing, question_of
from probes.strict import StrictSerializer, read

MOST_CAUSES = 3


class OnceInput(StrictSerializer):
    guide = serializers.SlugField(max_length=50)
    text = serializers.CharField(
        max_length=LONGEST_TEXT, default="", allow_blank=True, trim_whitespace=False
    )
    values = serializers.DictField(child=serializers.CharField(max_length=500), default=dict)
    confirm = serializers.BooleanField(default=False)
    agent = AboutSerializer()


class OnceView(RefusingView, AgentView):
    """Starts an investigation of the guide; its runnable checks are claimed by the asking agent."""

    @extend_schema(request=OnceInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        asked = read(OnceInput, request.data)
        about = asked["agent"]
        note_agent(self.location, host=about["host"], version=about["version"])
        once = services.look_once(
            _guide(asked["guide"]),
            location=self.location,
            runner=about["runner"],
            text=asked["text"],
            values=asked["values"],
            confirm=asked["confirm"],
        )
        return Response(_begun(once, self.location), status=status.HTTP_201_CREATED)


class VerdictView(AgentView):
    """What the runs of an investigation that this location was asked for amount to."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        found = get_object_or_404(_looked_at_from(self.location), public_id=public_id)
        diagnosis = services.diagnose(found)
        base = request.build_absolute_uri("/").rstrip("/")
        return Response(
            {
                "outcome": services.outcome_of(diagnosis),
                "is_complete": diagnosis.open_batch is None,
                "text": terminal.render(diagnosis, base=base, limit=MOST_CAUSES),
            }
        )


def _looked_at_from(location: Location) -> QuerySet[Investigation]:
    """A token reads only what agents began, and only where its own location looked."""
    return Investigation.objects.filter(started_by=None, batches__location=location).distinct()


def _guide(slug: str) -> Guide:
    guide = Guide.objects.published().filter(slug=slug).first()
    if guide is None:
        published = ", ".join(Guide.objects.published().values_list("slug", flat=True)[:30])
        raise exceptions.NotFound(
            _("There is no published guide %(slug)s. There are: %(others)s.")
            % {"slug": slug, "others": published or "—"}
        )
    return guide


def _begun(once: services.Once, location: Location) -> dict[str, Any]:
    guide = once.investigation.guide
    assert guide is not None
    work = once.claimed and claim_as_json(once.claimed, policy=policy_or_nothing(location))
    return {
        "investigation": once.investigation.public_id,
        "location": location.name,
        "title": guide.localized("title"),
        "work": work,
        "checks": [_check(state) for state in once.states],
        "reasons": _labels(once),
    }


def _check(state: services.CheckState) -> dict[str, Any]:
    check = state.check
    return {
        "check": check.key,
        "name": check.guide.localized_name("checks", check.slug, check.name),
        "state": _state(state),
        "missing": list(state.missing),
        "question": question_of(check.probe) if state.is_manual else "",
    }


def _state(state: services.CheckState) -> str:
    if state.is_manual:
        return "manual"
    if state.missing:
        return "missing"
    return "run" if state.check.probe.is_approved else "not_approved"


def _labels(once: services.Once) -> dict[str, str]:
    kinds = {state.check.probe.kind for state in once.states}
    codes = {code for kind in kinds if kind in KINDS for code in KINDS[kind].reasons}
    return {code: reasons.label(code) for code in sorted(codes)}
