"""What people looked up and nobody could answer: what to write next."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from kb.models import SearchGap
from probes.requests import PageRequest

GAPS_PER_PAGE = 30


@login_required
@permission_required("kb.view_searchgap", raise_exception=True)
def gap_list(request: PageRequest) -> HttpResponse:
    page = Paginator(SearchGap.objects.all(), GAPS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "kb/gaps.html", {"page": page})
