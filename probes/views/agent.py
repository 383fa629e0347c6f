"""The agent as one file, for other hosts to fetch."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from probes.services.agent_file import agent_file


def _etag_of_agent(request: HttpRequest) -> str:
    return agent_file().etag


@require_safe
@condition(etag_func=_etag_of_agent)
def agent_pyz(request: HttpRequest) -> HttpResponse:
    """Open to everyone: it is the published code and holds no secret."""
    headers = {
        "Content-Disposition": 'attachment; filename="agent.pyz"',
        "Cache-Control": "no-cache",
    }
    return HttpResponse(agent_file().data, content_type="application/zip", headers=headers)
