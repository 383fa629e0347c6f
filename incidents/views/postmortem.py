"""An incident's postmortem: read, copied, or taken along as a file."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from incidents.models import Incident
from incidents.services.postmortem import postmortem
from kb.models import Guide
from kb.rendering import render as to_html
from probes.requests import PageRequest


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_postmortem(request: PageRequest, public_id: str) -> HttpResponse:
    incident = get_object_or_404(Incident, public_id=public_id)
    markdown = postmortem(incident)
    published = Guide.objects.published().values_list("slug", flat=True)
    context = {
        "incident": incident,
        "markdown": markdown,
        "html": to_html(markdown, guide_slugs=frozenset(published)).html,
    }
    return render(request, "incidents/postmortem.html", context)


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_postmortem_file(request: PageRequest, public_id: str) -> HttpResponse:
    incident = get_object_or_404(Incident, public_id=public_id)
    name = f"postmortem-{incident.public_id}-{get_language() or 'ko'}.md"
    return HttpResponse(
        postmortem(incident),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
