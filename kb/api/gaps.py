"""What nobody could answer: the authoring queue, and what answered the rest."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb.api import answers, inputs
from kb.api.guides import page_address
from kb.services.gaps import answered_gaps, open_gaps, with_people
from probes.strict import read_query


class GapsView(APIView):
    """The open gaps, most often asked first; or the answered ones, newest answer first."""

    required_permissions = {"GET": "kb.view_searchgap"}

    @extend_schema(
        operation_id="v1_gaps_list", parameters=[inputs.GapQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        query = read_query(inputs.GapQuery, request)
        found = open_gaps() if query["state"] == "open" else answered_gaps()
        size, page = query["page_size"], query["page"]
        count = found.count()
        rows = with_people(found[(page - 1) * size : page * size])
        return Response(
            {
                "count": count,
                "next": page_address(request, page + 1) if page * size < count else None,
                "previous": page_address(request, page - 1) if page > 1 else None,
                "results": [answers.gap(one) for one in rows],
            }
        )
