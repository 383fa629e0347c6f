"""What is written down beside an incident: notes, and the work that remains."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models.incidents import Incident


class Note(models.Model):
    """What a person wrote down. Append-only; keeps when it happened and when it was recorded."""

    incident = models.ForeignKey(
        Incident, models.CASCADE, related_name="notes", verbose_name=_("incident")
    )
    text = models.TextField(_("text"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    occurred_at = models.DateTimeField(_("occurred at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["incident_id", "occurred_at", "id"]

    def __str__(self) -> str:
        return self.text[:80]


class ActionItem(models.Model):
    """Work that remains after an incident. `detail` is Markdown."""

    class Horizon(models.TextChoices):
        SHORT = "short", _("Short term")
        MID = "mid", _("Mid term")
        LONG = "long", _("Long term")
        PROCESS = "process", _("How we work")

    incident = models.ForeignKey(
        Incident, models.CASCADE, related_name="action_items", verbose_name=_("incident")
    )
    what = models.CharField(_("what"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    due = models.DateField(_("due"), null=True, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    horizon = models.CharField(_("horizon"), max_length=10, choices=Horizon.choices, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["incident_id", "position", "id"]

    def __str__(self) -> str:
        return self.what
