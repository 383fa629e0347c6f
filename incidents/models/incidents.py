"""Incidents and the steps of their status."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from probes import public_ids


class Incident(models.Model):
    """One incident, from opened to closed with what fixed it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        INVESTIGATING = "investigating", _("Investigating")
        IDENTIFIED = "identified", _("Identified")
        MITIGATED = "mitigated", _("Mitigated")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Severity(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        MAJOR = "major", _("Major")
        MINOR = "minor", _("Minor")

    class ResolutionKind(models.TextChoices):
        FIX = "fix", _("Fix")
        WORKAROUND = "workaround", _("Workaround")

    public_id = models.CharField(
        _("id"), max_length=20, unique=True, default=public_ids.incident_id
    )
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(
        _("status"), max_length=14, choices=Status.choices, default=Status.OPEN
    )
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity.choices, default=Severity.MINOR
    )
    services = models.ManyToManyField("kb.Service", blank=True, verbose_name=_("services"))
    report = models.TextField(_("report"), blank=True)
    investigation = models.ForeignKey(
        "kb.Investigation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="incidents",
        verbose_name=_("investigation"),
    )
    resolution_kind = models.CharField(
        _("resolved by"), max_length=10, choices=ResolutionKind.choices, blank=True
    )
    known_error = models.ForeignKey(
        "kb.Cause",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="worked_around_in",
        verbose_name=_("known error"),
        help_text=_("The cause that stays open where the incident was only worked around."),
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
        help_text=_("The incident that this one turned out to be; its timeline holds both."),
    )
    guides = models.ManyToManyField(
        "kb.Guide",
        blank=True,
        related_name="incidents",
        verbose_name=_("guides"),
        help_text=_("Guides that were written or extended from this incident."),
    )
    environment = models.CharField(_("environment"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reporter"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_incidents",
        verbose_name=_("assignee"),
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-started_at", "-id"]
        indexes = [
            # The list is walked along these, from a place in it (probes/paging.py).
            models.Index(fields=["-started_at", "-id"], name="incidents_newest"),
            models.Index(fields=["status", "-started_at"], name="incidents_by_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="closed") | ~Q(closed_at=None), name="closed_incident_has_time"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status="closed"),
                name="merged_incident_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/incidents/{self.public_id}/"

    @property
    def closing_note(self) -> str:
        """What was written down while closing; it happened at that moment."""
        at = self.closed_at or self.resolved_at
        note = self.notes.filter(occurred_at=at).order_by("-recorded_at").first() if at else None
        return note.text if note else ""

    @property
    def is_open(self) -> bool:
        return self.status not in (self.Status.RESOLVED, self.Status.CLOSED)


class StatusChange(models.Model):
    """One step of an incident's status. Append-only; the timeline is read from these."""

    incident = models.ForeignKey(
        Incident, models.CASCADE, related_name="status_changes", verbose_name=_("incident")
    )
    was = models.CharField(_("was"), max_length=14, choices=Incident.Status.choices)
    became = models.CharField(_("became"), max_length=14, choices=Incident.Status.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["incident_id", "at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"
