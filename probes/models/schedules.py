"""Checks that run by themselves: when, how things stood each time, and when they rest."""

import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from probes.models.probing import Batch, Location, Probe, Run, Status
from probes.timetable import MAX_EVERY_S, MIN_EVERY_S, Timetable

MAX_JITTER_S = 3600


def _time_zone() -> str:
    return settings.TIME_ZONE


class Schedule(models.Model):
    """One probe with its values, at its times. `state` is what was last seen, never UNKNOWN.

    `source` names what keeps the row in step, such as `guide:connection`; empty for one that a
    person keeps. `history` holds a letter for each of the last looks that saw something. `recent`
    are the last runs as {run, status, reason_code, at}, so that a list need not search through
    all runs. Both end with the newest.
    """

    class State(models.TextChoices):
        """A run's four states without the one that says nothing about the thing itself."""

        OK = Status.OK.value, Status.OK.label
        WARNING = Status.WARNING.value, Status.WARNING.label
        CRITICAL = Status.CRITICAL.value, Status.CRITICAL.label

    slug = models.SlugField(_("slug"), max_length=110, unique=True)
    name = models.CharField(_("name"), max_length=200)
    probe = models.ForeignKey(
        Probe, models.CASCADE, related_name="schedules", verbose_name=_("probe")
    )
    values = models.JSONField(
        _("values"), default=dict, blank=True, help_text=_("Values for the probe's placeholders.")
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="schedules", verbose_name=_("location")
    )
    ref = models.CharField(
        _("asked for"), max_length=200, blank=True, help_text=_("Guide and check it comes from.")
    )
    source = models.CharField(_("kept by"), max_length=120, blank=True, editable=False)
    every_s = models.PositiveIntegerField(_("every (seconds)"), null=True, blank=True)
    cron = models.CharField(_("cron expression"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default=_time_zone)
    jitter_s = models.PositiveIntegerField(
        _("spread (seconds)"),
        default=10,
        help_text=_("Its times are moved by up to so much, always the same, to spread the load."),
    )
    is_paused = models.BooleanField(_("paused"), default=False)
    baseline = models.CharField(
        _("baseline"),
        max_length=40,
        blank=True,
        help_text=_(
            "The reason code that is the normal state here, where it is not the usual one."
        ),
    )
    next_at = models.DateTimeField(_("next run"), db_index=True)
    last_batch = models.ForeignKey(
        Batch, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    last_run = models.ForeignKey(Run, models.SET_NULL, null=True, editable=False, related_name="+")
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, blank=True, editable=False
    )
    since = models.DateTimeField(_("since"), null=True, editable=False)
    consecutive = models.PositiveIntegerField(_("looks in this state"), default=0, editable=False)
    history = models.CharField(max_length=21, blank=True, editable=False)
    recent = models.JSONField(default=list, editable=False)
    is_flapping = models.BooleanField(_("flapping"), default=False, editable=False)
    blind_since = models.DateTimeField(_("could not look since"), null=True, editable=False)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_s__isnull=False, cron="") | (Q(every_s=None) & ~Q(cron="")),
                name="schedule_interval_or_cron",
            ),
            models.CheckConstraint(
                condition=Q(every_s=None) | Q(every_s__gte=MIN_EVERY_S, every_s__lte=MAX_EVERY_S),
                name="schedule_interval_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(jitter_s__lte=MAX_JITTER_S), name="schedule_jitter_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def timetable(self) -> Timetable:
        return Timetable(every_s=self.every_s, cron=self.cron, time_zone=self.time_zone)

    @timetable.setter
    def timetable(self, timetable: Timetable) -> None:
        self.every_s, self.cron = timetable.every_s, timetable.cron
        self.time_zone = timetable.time_zone

    @property
    def offset_s(self) -> int:
        """How far its times are moved: the same at every start and on every host."""
        return zlib.crc32(f"schedule {self.pk}".encode()) % (self.jitter_s + 1)

    @property
    def is_kept_by_guide(self) -> bool:
        return bool(self.source)

    @property
    def guide_slug(self) -> str:
        """Of the guide that keeps it; empty for one that a person keeps."""
        return self.source.removeprefix("guide:")


class MaintenanceQuerySet(models.QuerySet["Maintenance"]):
    def under_way(self, now: Any) -> "MaintenanceQuerySet":
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Maintenance(models.Model):
    """Planned work: from here to there nothing runs by itself, and pages say why.

    Without a location and without a schedule it holds for everything.
    """

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(pgettext_lazy("of planned work", "reason"), max_length=200)
    location = models.ForeignKey(
        Location, models.CASCADE, null=True, blank=True, verbose_name=_("only at this location")
    )
    schedule = models.ForeignKey(
        Schedule, models.CASCADE, null=True, blank=True, verbose_name=_("only this schedule")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name=_("requested by"),
    )

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("maintenance window")
        verbose_name_plural = _("maintenance windows")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="maintenance_ends_after_start",
                violation_error_message=_("It must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(location=None) | Q(schedule=None),
                name="maintenance_one_scope",
                violation_error_message=_("Choose a location or a schedule, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def is_under_way(self) -> bool:
        return self.starts_at <= timezone.now() < self.ends_at

    def covers(self, schedule: Schedule) -> bool:
        if self.schedule_id is not None:
            return self.schedule_id == schedule.pk
        return self.location_id in (None, schedule.location_id)
