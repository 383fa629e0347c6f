"""The status of everything that runs by itself, for a glance at night or a screen on a wall."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render

from kb.status_board import board
from kb.views.probes import guides_of
from probes.requests import PageRequest
from probes.services.standing import maintenance_ahead


@login_required
@permission_required("probes.view_schedule", raise_exception=True)
def status(request: PageRequest) -> HttpResponse:
    return render(request, "kb/status.html", _context(request))


@login_required
@permission_required("probes.view_schedule", raise_exception=True)
def live(request: PageRequest) -> HttpResponse:
    """The part that changes; it asks again by itself."""
    return render(request, "kb/status_live.html", _context(request))


def _context(request: PageRequest) -> dict[str, Any]:
    return {
        "board": board(guides_of(request)),
        "is_wall": request.GET.get("look") == "wall",
        "windows": maintenance_ahead(),
    }
