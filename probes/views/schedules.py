"""What runs by itself: how it stands, since when, and when it runs next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from probes import services
from probes.models import BatchItem, Schedule
from probes.paging import newest_first
from probes.requests import PageRequest
from probes.services.standing import maintenance_ahead, worst_first
from probes.services.windows import windows_of_schedules

SCHEDULES_PER_PAGE = 50
RUNS_PER_PAGE = 50
_RELATED = ("probe", "location", "last_batch", "last_run")


@login_required
@permission_required("probes.view_schedule", raise_exception=True)
def schedule_list(request: PageRequest) -> HttpResponse:
    page = Paginator(
        worst_first(Schedule.objects.select_related(*_RELATED)), SCHEDULES_PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "standings": services.standings(list(page.object_list)),
        "windows": maintenance_ahead(),
    }
    return render(request, "probes/schedules.html", context)


@login_required
@permission_required("probes.view_schedule", raise_exception=True)
def schedule_detail(request: PageRequest, slug: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.select_related(*_RELATED), slug=slug)
    (standing,) = services.standings([schedule])
    context: dict[str, object] = {"schedule": schedule, "standing": standing}
    context["windows"] = windows_of_schedules([schedule])[schedule.pk]
    if request.user.has_perm("probes.view_run"):
        # By the items, whose index holds a schedule's newest at its end.
        items = BatchItem.objects.filter(schedule=schedule, run__isnull=False)
        page = newest_first(items.select_related("run"), request.GET, size=RUNS_PER_PAGE)
        for item in page.rows:
            # Beside what is normal here, as the schedule's state is.
            item.run.judged = services.judged(item.run, schedule.baseline)  # type: ignore[attr-defined]
        context["page"] = page
    return render(request, "probes/schedule.html", context)


@login_required
@permission_required("probes.run_probe", raise_exception=True)
@require_POST
def schedule_run(request: PageRequest, slug: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule, slug=slug)
    try:
        batch = services.run_schedule(schedule, by=request.user)
    except services.RequestRefused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message)
        return redirect("schedule", slug)
    return redirect("batch", batch.public_id)


@login_required
@permission_required("probes.change_schedule", raise_exception=True)
@require_POST
def schedule_pause(request: PageRequest, slug: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule, slug=slug)
    if request.POST.get("pause") == "no":
        services.resume_schedule(schedule)
        messages.success(request, _("It runs by itself again."))
    else:
        services.pause_schedule(schedule)
        messages.success(request, _("It is paused: it does not run by itself."))
    return redirect("schedule", slug)
