"""The list of probes, and a probe with its runs and the guides that use it."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from kb.models import Check, Guide
from kb.probe_list import (
    APPROVALS,
    NEVER,
    STATES,
    Asked,
    Found,
    Used,
    asked,
    checks_of,
    find,
    rows_of,
    titled,
)
from probes import kind_pages
from probes.forms import run_form
from probes.kind_groups import grouped_kinds
from probes.models import BatchItem, Probe, Run, Status
from probes.paging import newest_first
from probes.requests import PageRequest
from probes.services import standings
from probes.services.dumping import dump_probes
from probes.services.histories import READ, Glimpse, last_runs, latency_of
from probes.services.windows import windows_of_runs

PROBES_PER_PAGE = 40
NEVER_SHOWN = 100
RUNS_PER_PAGE = 50
# One probe may serve thousands of guides.
CHECKS_SHOWN = 50
# A state that is rare is looked for among so many of the last runs, and the page says so.
SEARCHED = 5_000


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def probe_list(request: PageRequest) -> HttpResponse:
    wanted = asked(request.GET)
    found = find(wanted)
    template = "kb/probe_rows.html" if request.htmx else "kb/probes.html"
    return render(request, template, _list_context(request, wanted, found))


def _list_context(request: PageRequest, wanted: Asked, found: Found) -> dict[str, Any]:
    guides = guides_of(request)
    page = Paginator(found.ran, PROBES_PER_PAGE).get_page(request.GET.get("page"))
    sees_schedules = request.user.has_perm("probes.view_schedule")
    never = [place.pk for place in found.never[:NEVER_SHOWN]]
    pks = [place.pk for place in page.object_list]
    context = {
        "asked": wanted,
        "page": page,
        "rows": rows_of(pks, guides, schedules=sees_schedules),
        "never": _never_run(never, guides) if page.number == 1 else [],
        "never_count": len(found.never),
        "states": [(status.value, found.counts.get(status, 0)) for status in STATES],
        "counted": {"never": found.counts.get(NEVER, 0), "all": sum(found.counts.values())},
    }
    if not request.htmx:
        context |= {"kinds": _kinds(), "guides": _guide_choices(guides), "approvals": APPROVALS}
    return context


def guides_of(request: PageRequest) -> QuerySet[Guide] | None:
    """Authors see drafts too; everyone else what is published."""
    if not request.user.has_perm("kb.view_guide"):
        return None
    if request.user.has_perm("kb.change_guide"):
        return Guide.objects.exclude(state=Guide.State.ARCHIVED)
    return Guide.objects.published()


def _never_run(pks: list[int], guides: QuerySet[Guide] | None) -> list[dict[str, Any]]:
    probes = Probe.objects.in_bulk(pks)
    checks = checks_of(pks, guides)
    return [{"probe": probes[pk], "used": checks.get(pk, Used())} for pk in pks]


def _kinds() -> list[dict[str, Any]]:
    used = set(Probe.objects.order_by().values_list("kind", flat=True).distinct())
    groups = (
        {
            "title": group.title,
            "kinds": [(k.name, kind_pages.title(k)) for k in group.kinds if k.name in used],
        }
        for group in grouped_kinds()
    )
    return [group for group in groups if group["kinds"]]


def _guide_choices(guides: QuerySet[Guide] | None) -> list[Guide]:
    if guides is None:
        return []
    using = guides.filter(pk__in=Check.objects.values("guide"))
    return list(titled(using).order_by("title")[:500])


@login_required
@permission_required("probes.view_probe", raise_exception=True)
def probe_detail(request: PageRequest, slug: str) -> HttpResponse:
    probe = get_object_or_404(Probe.objects.select_related("approved_by", "author"), slug=slug)
    checks = Check.objects.filter(probe=probe).order_by("guide__slug", "position")
    context: dict[str, Any] = {"probe": probe, "form": run_form(probe)}
    if request.user.has_perm("probes.view_schedule"):
        rows = probe.schedules.select_related("probe", "location", "last_batch", "last_run")
        context["schedules"] = standings(list(rows))
    guides = Prefetch("guide", titled(Guide.objects.all()))
    context["checks"] = checks.prefetch_related(guides)[:CHECKS_SHOWN]
    context["more_checks"] = max(0, checks.count() - CHECKS_SHOWN)
    context["definition"] = dump_probes([probe])
    if request.user.has_perm("probes.view_run"):
        context |= _history(probe) | _runs(request, probe)
    return render(request, "kb/probe.html", context)


def _history(probe: Probe) -> dict[str, Any]:
    """From the last runs alone, so that a probe with a million of them costs the same."""
    runs = last_runs([probe.pk], most=READ)[probe.pk]
    is_bounded = len(runs) == READ
    windows = windows_of_runs(runs, read_from=runs[0].started_at if is_bounded else None)
    return {
        "last": runs[-1] if runs else None,
        "streak": _streak(runs),
        "windows": [(window, _latency_since(runs, window.spans[0].start)) for window in windows],
        "charted": runs[-300:],
        "latency": latency_of(runs[-300:]),
        "read": READ if is_bounded else 0,
        "read_from": runs[0].started_at if is_bounded else None,
    }


def _latency_since(runs: list[Glimpse], start: Any) -> Any:
    return latency_of([run for run in runs if run.started_at >= start])


def _streak(runs: list[Glimpse]) -> list[Glimpse]:
    """The last runs that all saw the same, the newest first."""
    same = []
    for run in reversed(runs):
        if run.status != runs[-1].status:
            break
        same.append(run)
    return same


def _runs(request: PageRequest, probe: Probe) -> dict[str, Any]:
    """A page of its items that ran. By the items, whose index holds a probe's newest at its end."""
    items = BatchItem.objects.filter(probe=probe, run__isnull=False)
    state = request.GET.get("state", "").upper()
    is_narrowed = state in Status.values
    if is_narrowed:
        newest = BatchItem.objects.filter(probe=probe).order_by("-pk").values_list("pk", flat=True)
        # As numbers: within one query PostgreSQL would read the whole table of runs.
        runs = Run.objects.filter(item_id__in=list(newest[:SEARCHED]), status=state)
        items = items.filter(pk__in=list(runs.values_list("item_id", flat=True)))
    page = newest_first(items.select_related("run", "batch"), request.GET, size=RUNS_PER_PAGE)
    return {
        "page": page,
        "state": state if is_narrowed else "",
        "statuses": [status.value for status in STATES],
        "searched": SEARCHED,
    }
