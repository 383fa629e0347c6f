"""The number beside Review, fetched by pages that do not know it."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kb.services.upkeep.review_count import count_waiting
from probes.requests import PageRequest


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_GET
def badge(request: PageRequest) -> HttpResponse:
    return render(request, "parts/review_badge.html", {"counted": count_waiting()})
