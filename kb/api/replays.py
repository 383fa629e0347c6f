"""What past cases would conclude by the rules of a file that is sent, which is not stored."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kb.api.imports import MarkdownParser, OctetStreamParser, PlainTextParser, refused_files
from kb.models import Guide
from kb.services.guides.guides import ImportRefused
from kb.services.upkeep.replay import Replay, read_draft, replay
from kb.services.upkeep.replay_changes import Believed, Changed


class ReplayView(APIView):
    """The guide's newest cases by the rules of the file in the body, beside its own."""

    required_permissions = {"POST": "kb.change_guide"}
    parser_classes = [MarkdownParser, PlainTextParser, OctetStreamParser]

    @extend_schema(request={"text/markdown": OpenApiTypes.STR}, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        guide = get_object_or_404(Guide, slug=slug)
        # Bytes from the parsers; the framework hands on an empty mapping where there is no body.
        body: Any = request.data or b""
        try:
            draft = read_draft(guide, f"{slug}.md", body)
        except ImportRefused as refused:
            raise refused_files(refused.complaints) from refused
        return Response(_answer(replay(draft, guide)))


def _answer(found: Replay) -> dict[str, Any]:
    return {
        "guide": found.guide.slug,
        "looked_at": {"concluded": found.concluded_looked_at, "open": found.open_looked_at},
        "verdicts": {"better": found.better, "worse": found.worse, "other": found.other},
        "concluded": [_changed(one, found) for one in found.concluded],
        "open": [_changed(one, found) for one in found.open],
    }


def _changed(one: Changed, found: Replay) -> dict[str, Any]:
    return {
        "investigation": one.investigation.public_id,
        "url": one.investigation.get_absolute_url(),
        "title": one.investigation.title,
        "verdict": one.verdict,
        "confirmed": one.confirmed.key if one.confirmed else None,
        "before": _believed(one.before, found),
        "after": _believed(one.after, found),
        "rules": [
            {
                "cause": rule.cause,
                "checks": list(rule.checks),
                "reason_codes": list(rule.reason_codes),
                "before": rule.before or None,
                "after": rule.after or None,
            }
            for rule in one.rules
        ],
    }


def _believed(one: Believed, found: Replay) -> dict[str, Any]:
    """`cause` is null where "none of these" comes first; `confirmed` null where it is not known."""
    return {
        "cause": one.first or None,
        "title": found.titles.get(one.first),
        "belief": one.belief,
        "confirmed": {"state": one.state, "belief": one.confirmed} if one.state else None,
    }
