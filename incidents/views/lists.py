"""The list of incidents: those that go on first, then what is over, page by page."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents import services
from incidents.models import Incident
from incidents.services.listing import (
    NOBODY,
    OPEN,
    PERIODS,
    Wanted,
    lines,
    narrowed,
    with_what_a_line_says,
)
from incidents.services.weekly import first_day, weekly
from incidents.views.bars import bars_of
from kb.models import Service
from probes.paging import newest_first
from probes.requests import PageRequest

INCIDENTS_PER_PAGE = 30
# The figures are those of so many newest incidents of the weeks that are shown.
MOST_MEASURED = 300
_WEEKS = 12
_WEEKS_OF = {"1y": 52}

_FILTERS = ("status", "severity", "service", "assignee", "period", "recurring")


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_list(request: PageRequest) -> HttpResponse:
    asked = _asked(request)
    found = narrowed(_wanted(asked, request))
    page = newest_first(
        with_what_a_line_says(_paged(found, asked)),
        request.GET,
        size=INCIDENTS_PER_PAGE,
        by="started_at",
    )
    going_on = _going_on(found, asked) if page.is_first else []
    context = {
        "page": page,
        "lines": lines(page.rows),
        "going_on": lines(going_on[:INCIDENTS_PER_PAGE]),
        "has_more_going_on": len(going_on) > INCIDENTS_PER_PAGE,
        "is_narrowed": any(asked[name] for name in (*_FILTERS, "q")),
        "is_filtered": any(asked[name] for name in _FILTERS),
        "kept": [(name, asked[name]) for name in _FILTERS if asked[name]],
        **_choices(),
        **_counts(request),
        **(_figures(found, asked) if page.is_first and asked["show"] == "all" else {}),
        **asked,
    }
    return render(request, "incidents/list.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").strip() for name in (*_FILTERS, "q")}
    # A status says more than open or all.
    return {**asked, "show": "all" if asked["status"] else request.GET.get("show", "open")}


def _wanted(asked: Mapping[str, str], request: PageRequest) -> Wanted:
    return Wanted(
        **{name: asked[name] for name in (*_FILTERS, "q")},
        is_open=asked["show"] in ("open", "mine"),
        mine=request.user.pk if asked["show"] == "mine" else None,
    )


def _is_split(asked: Mapping[str, str]) -> bool:
    """Among all, what goes on stands above; a list of one status or of open ones is one list."""
    return not asked["status"] and asked["show"] not in ("open", "mine")


def _paged(found: QuerySet[Incident], asked: Mapping[str, str]) -> QuerySet[Incident]:
    return found.exclude(OPEN) if _is_split(asked) else found


def _going_on(found: QuerySet[Incident], asked: Mapping[str, str]) -> list[Incident]:
    if not _is_split(asked):
        return []
    return list(with_what_a_line_says(found.filter(OPEN))[: INCIDENTS_PER_PAGE + 1])


def _choices() -> dict[str, Any]:
    people = User.objects.filter(is_active=True, assigned_incidents__isnull=False)
    return {
        "statuses": Incident.Status.choices,
        "severities": Incident.Severity.choices,
        "services": Service.objects.all(),
        "people": people.distinct().order_by("username").values_list("username", flat=True),
        "nobody": NOBODY,
        "periods": list(PERIODS),
    }


def _counts(request: PageRequest) -> dict[str, int]:
    going_on = Incident.objects.filter(OPEN)
    return {
        "open_count": going_on.count(),
        "mine_count": going_on.filter(assignee=request.user).count(),
        "overdue": services.overdue_items().count(),
    }


def _figures(found: QuerySet[Incident], asked: Mapping[str, str]) -> dict[str, Any]:
    """How it went in the weeks that are shown: how many, and how long they took."""
    weeks = _WEEKS_OF.get(asked["period"], _WEEKS)
    bars = bars_of(weekly(found, weeks))
    if not bars.total:
        return {}
    since = found.filter(started_at__gte=first_day(weeks))
    newest = list(since.order_by("-started_at", "-id").values_list("pk", flat=True)[:MOST_MEASURED])
    figures = services.statistics_of(Incident.objects.filter(pk__in=newest))
    return {"bars": bars, "figures": figures, "weeks": weeks}
