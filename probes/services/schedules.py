"""Keeping schedules: what a person or a guide wants to run by itself, checked before it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from probes.engine import registry
from probes.engine.errors import Complaint, InvalidParams
from probes.engine.spec import Status
from probes.engine_texts import translated
from probes.models import Batch, Probe, Schedule
from probes.services.firing import wanted_of
from probes.services.locations import server_location
from probes.services.looks import forget_looks
from probes.services.requests import request_batch
from probes.timetable import BadTimetable, read_timetable

# What a schedule looks at: when it changes, the state that was seen is about something else.
_LOOKED_AT = ("probe_id", "values", "location_id", "baseline")
_TIMES = ("every_s", "cron", "time_zone", "jitter_s")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A schedule that something else keeps in step. `times` is a timetable's text."""

    ref: str
    name: str
    probe: Probe
    times: str
    values: Mapping[str, Any] = field(default_factory=dict)
    baseline: str = ""


def complaints_about_schedule(schedule: Schedule) -> list[Complaint]:
    """Everything that is wrong with it. An approval may come later, so it is not asked for."""
    return [
        *_complaints_about_times(schedule),
        *_complaints_about_values(schedule),
        *_complaints_about_baseline(schedule),
    ]


def _complaints_about_times(schedule: Schedule) -> list[Complaint]:
    if (schedule.every_s is None) == (not schedule.cron):
        message = _("Give an interval or a cron expression: one of them.")
        return [Complaint(field="every_s", message=message)]
    try:
        schedule.timetable.check()
    except BadTimetable as wrong:
        return [Complaint(field="cron" if schedule.cron else "every_s", message=str(wrong))]
    if schedule.every_s is not None and schedule.jitter_s >= schedule.every_s:
        return [Complaint(field="jitter_s", message=_("This must be less than the interval."))]
    return []


def _complaints_about_values(schedule: Schedule) -> list[Complaint]:
    probe = schedule.probe
    if probe.kind == "manual":
        message = _("A person answers this check; it cannot be run.")
        return [Complaint(field="probe", message=message)]
    unknown = sorted(set(schedule.values) - registry.placeholders(probe.params))
    complaints = [
        Complaint(field=f"values.{name}", message=_("The probe does not ask for this."))
        for name in unknown
    ]
    try:
        registry.validate(probe.kind, registry.fill(probe.params, schedule.values))
    except InvalidParams as refused:
        complaints += [
            Complaint(field=f"values.{c.field}", message=translated(c.message))
            for c in refused.complaints
        ]
    return complaints


def _complaints_about_baseline(schedule: Schedule) -> list[Complaint]:
    kind = registry.KINDS.get(schedule.probe.kind)
    if not schedule.baseline or kind is None:
        return []
    seen = [code for code, status in kind.reasons.items() if status is not Status.UNKNOWN]
    if schedule.baseline in seen:
        return []
    words = {"code": schedule.baseline, "known": ", ".join(seen)}
    message = _("%(code)s is not among what this probe can see: %(known)s.") % words
    return [Complaint(field="baseline", message=message)]


@transaction.atomic
def save_schedule(schedule: Schedule) -> Schedule:
    """Store a new or changed schedule, with the next time it runs.

    Raises InvalidParams with every complaint.
    """
    if complaints := complaints_about_schedule(schedule):
        raise InvalidParams(complaints)
    before = Schedule.objects.select_for_update().filter(pk=schedule.pk).first()
    if before is not None and _differs(schedule, before, _LOOKED_AT):
        forget_looks(schedule)
        before.hours.all().delete()
    if before is None:
        # Its offset comes from its id, which only the database gives.
        schedule.next_at = timezone.now()
        schedule.save()
    if before is None or _differs(schedule, before, _TIMES):
        _plan(schedule)
    schedule.save()
    return schedule


def _differs(one: Schedule, other: Schedule, fields: Sequence[str]) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in fields)


def _plan(schedule: Schedule) -> None:
    offset_s = schedule.offset_s
    schedule.next_at = schedule.timetable.after(timezone.now(), last=None, offset_s=offset_s)


def pause_schedule(schedule: Schedule) -> None:
    """It stops running by itself. What runs already goes on to its end."""
    Schedule.objects.filter(pk=schedule.pk).update(is_paused=True)
    schedule.refresh_from_db()


@transaction.atomic
def resume_schedule(schedule: Schedule) -> None:
    """It runs again from now on; what it missed is not made up for."""
    stored = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if stored.is_paused:
        _plan(stored)
        stored.is_paused = False
        stored.save(update_fields=["is_paused", "next_at"])
    schedule.refresh_from_db()


@transaction.atomic
def run_schedule(schedule: Schedule, *, by: AbstractBaseUser | None) -> Batch:
    """One look now, beside its times; the batch under way where there is one.

    Raises RequestRefused, for example while its probe is not approved.
    """
    stored = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if stored.last_batch is not None and stored.last_batch.is_open:
        return stored.last_batch
    batch = request_batch(
        [wanted_of(stored)],
        purpose=Batch.Purpose.SCHEDULED,
        by=by,
        location=stored.location,
    )
    Schedule.objects.filter(pk=stored.pk).update(last_batch=batch)
    return batch


@transaction.atomic
def keep_schedules(source: str, wanted: Sequence[Kept]) -> None:
    """Make the schedules of this source those that are wanted, by their `ref`.

    One that a person paused stays paused. Raises BadTimetable or InvalidParams.
    """
    stored = {row.ref: row for row in Schedule.objects.filter(source=source)}
    for ref in stored.keys() - {one.ref for one in wanted}:
        stored[ref].delete()
    for one in wanted:
        _keep(stored.get(one.ref) or _new(source, one.ref), one)


def _new(source: str, ref: str) -> Schedule:
    return Schedule(source=source, ref=ref, slug=_free_slug(ref), location=server_location())


def _keep(row: Schedule, wanted: Kept) -> None:
    row.name, row.probe, row.values = wanted.name, wanted.probe, dict(wanted.values)
    row.baseline, row.timetable = wanted.baseline, read_timetable(wanted.times)
    if row.every_s is not None:
        row.jitter_s = min(row.jitter_s, row.every_s - 1)
    save_schedule(row)


def _free_slug(ref: str) -> str:
    """`guide/check` as `guide-check`, with a number where another schedule has that name."""
    slug = slugify(ref.replace("/", "-"))[:100] or "schedule"
    taken = set(Schedule.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (slug, *numbered) if each not in taken)
