"""The page of all action items: what is overdue first."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from incidents import services
from incidents.models import ActionItem
from probes.requests import PageRequest

ITEMS_PER_PAGE = 50


@login_required
@permission_required("incidents.view_actionitem", raise_exception=True)
def action_list(request: PageRequest) -> HttpResponse:
    show = request.GET.get("show", "mine" if _has_own(request) else "open")
    items = _shown(request, show).select_related("incident", "owner", "done_by")
    page = Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "show": show, "overdue": services.overdue_items().count()}
    return render(request, "incidents/actions.html", context)


def _has_own(request: PageRequest) -> bool:
    return services.open_items().filter(owner=request.user).exists()


def _shown(request: PageRequest, show: str) -> QuerySet[ActionItem]:
    if show == "done":
        return services.done_items()
    if show == "mine":
        return services.open_items().filter(owner=request.user)
    return services.open_items()
