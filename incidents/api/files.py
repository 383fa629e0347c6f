"""Incidents as files over HTTP, and everything the caller may read as one archive."""

import io
import zipfile
from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from incidents.models import Incident
from incidents.services.exchange import MANIFEST, guide_files, incident_files, manifest_of
from incidents.services.files import file_of
from incidents.services.postmortem import postmortem
from kb.api.guides import visible_guides
from probes.models import Probe
from probes.rights import may
from probes.services.dumping import dump_probes

# The same content is the same archive, whenever it was asked for.
_WRITTEN = (1980, 1, 1, 0, 0, 0)
_MARKDOWN = "text/markdown; charset=utf-8"


class IncidentFileView(APIView):
    """The incident as a file: front matter and report, ready to import elsewhere."""

    required_permissions = {"GET": "incidents.view_incident"}

    @extend_schema(responses=OpenApiTypes.STR)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        incident = get_object_or_404(Incident, public_id=public_id)
        return HttpResponse(file_of(incident), content_type=_MARKDOWN)


class PostmortemView(APIView):
    """The incident's postmortem as Markdown, in the language asked for."""

    required_permissions = {"GET": "incidents.view_incident"}

    @extend_schema(responses=OpenApiTypes.STR)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        incident = get_object_or_404(Incident, public_id=public_id)
        return HttpResponse(postmortem(incident), content_type=_MARKDOWN)


class ExportView(APIView):
    """Guides and translations as files in a zip, with incidents and probes for who may read them.

    `manage.py import` reads the folder that it unpacks to.
    """

    required_permissions = {"GET": "kb.view_guide"}

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:
        files = _files(request)
        return HttpResponse(
            _zipped({**files, MANIFEST: manifest_of(files)}),
            content_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="knownfix-export.zip"'},
        )


def _files(request: Request) -> dict[str, str]:
    files = dict(guide_files(visible_guides(request)))
    if may(request, "incidents.view_incident"):
        files.update(incident_files(Incident.objects.all()))
    if may(request, "probes.view_probe"):
        files["probes.yaml"] = dump_probes(Probe.objects.order_by("slug"))
    return files


def _zipped(files: Mapping[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path, date_time=_WRITTEN)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, text.encode(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()
