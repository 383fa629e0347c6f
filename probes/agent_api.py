"""The protocol of agents: claim, renew, record, release. A token sees its own location's batches."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from probes import services
from probes.agent_authentication import AgentView
from probes.agent_serializers import (
    ClaimSerializer,
    HeldSerializer,
    RecordSerializer,
    claim_as_json,
)
from probes.models import Batch, Location
from probes.strict import read

# A base whose every location has agents may run no worker that would see to it.
_upkeep = services.Upkeep()


class ClaimView(AgentView):
    """The next batch of the token's location; 204 when there is nothing to do."""

    @extend_schema(request=ClaimSerializer, responses={200: OpenApiTypes.OBJECT, 204: None})
    def post(self, request: Request) -> Response:
        about = read(ClaimSerializer, request.data)["agent"]
        services.note_agent(self.location, host=about["host"], version=about["version"])
        _upkeep.when_due()
        claimed = services.claim(location=self.location, runner=about["runner"])
        if claimed is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(claim_as_json(claimed, policy=services.policy_or_nothing(self.location)))


class RenewView(AgentView):
    """`held: false` means stop: the batch is another runner's now, or cancelled, or done."""

    @extend_schema(request=HeldSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        return Response({"held": services.renew(_held(self.location, request))})


class ReleaseView(AgentView):
    """Gives an unfinished batch back at a polite stop."""

    @extend_schema(request=HeldSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        return Response({"released": services.release(_held(self.location, request))})


class RecordView(AgentView):
    """Results of a claimed batch. The same again is `repeated`; a late or other one `refused`."""

    @extend_schema(request=RecordSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        asked = read(RecordSerializer, request.data)
        reported = {one["item"]: one for one in asked["results"]}
        recorded = services.record_reported(
            _batch(self.location, asked), epoch=asked["epoch"], reported=reported
        )
        taken = {*recorded.stored, *recorded.repeated}
        return Response(
            {
                "stored": list(recorded.stored),
                "repeated": list(recorded.repeated),
                "refused": [item for item in reported if item not in taken],
                "held": recorded.is_held,
                "done": recorded.is_done,
            }
        )


def _held(location: Location, request: Request) -> services.Claim:
    asked = read(HeldSerializer, request.data)
    return services.claim_of(_batch(location, asked), epoch=asked["epoch"])


def _batch(location: Location, asked: dict[str, Any]) -> Batch:
    """One of another location is not found: a token learns nothing of it."""
    return get_object_or_404(Batch, public_id=asked["batch"], location=location)
