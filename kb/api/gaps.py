"""What nobody could answer: the authoring queue, what answered the rest, and a draft's beginning."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb.api import inputs
from kb.api.gap_answers import demand, gap
from kb.api.guide_answers import guide_row
from kb.api.guides import page_address
from kb.services.authoring.gap_drafts import draft_for
from kb.services.cases.demand import open_demand, with_figures
from kb.services.cases.gaps import answered_gaps, with_people
from kb.services.guides.people import person
from probes.strict import read_query


class GapsView(APIView):
    """The open gaps, near-identical texts together and most often asked first; or the answered
    ones, newest answer first.
    """

    required_permissions = {"GET": "kb.view_searchgap"}

    @extend_schema(
        operation_id="v1_gaps_list", parameters=[inputs.GapQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        query = read_query(inputs.GapQuery, request)
        size, page = query["page_size"], query["page"]
        begin, end = (page - 1) * size, page * size
        if query["state"] == "open":
            demands = open_demand()
            count = len(demands)
            results = [demand(one) for one in with_figures(demands[begin:end])]
        else:
            found = answered_gaps()
            count = found.count()
            results = [gap(one) for one in with_people(found[begin:end])]
        return Response(
            {
                "count": count,
                "next": page_address(request, page + 1) if end < count else None,
                "previous": page_address(request, page - 1) if page > 1 else None,
                "results": results,
            }
        )


class GapDraftView(APIView):
    """Begin a guide from a gap: a draft with its symptoms. Asked again, it is the same one."""

    required_permissions = {"POST": "kb.add_guide"}

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, fingerprint: str) -> Response:
        guide = draft_for(fingerprint, by=person(request.user))
        if guide is None:
            raise Http404
        return Response(guide_row(guide))
