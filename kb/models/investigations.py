"""One diagnosis from question to "this fixed it", what was tried, and what nobody could answer."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kb.models.guides import Guide
from kb.models.knowledge import Cause, Resolution
from probes import public_ids


class Investigation(models.Model):
    """The symptom (redacted), what was run for it, and how it ended. Rankings are never stored."""

    class Confirmation(models.TextChoices):
        """What makes the concluded cause more than a guess."""

        PRESUMED = "presumed", _("Presumed")
        RUNS = "runs", _("Confirmed by checks")
        PERSON = "person", _("Confirmed by a person")

    public_id = models.CharField(
        _("id"), max_length=20, unique=True, default=public_ids.investigation_id
    )
    text = models.TextField(_("symptom"))
    truncated = models.BooleanField(_("cut"), default=False)
    redactions = models.JSONField(_("masked values"), default=dict)
    fingerprint = models.CharField(_("fingerprint"), max_length=80, db_index=True)
    services = models.JSONField(_("services"), default=list)
    environment = models.CharField(_("environment"), max_length=60, blank=True)
    typed = models.JSONField(
        _("parameters"), default=dict, help_text=_("Values a person typed or confirmed, by name.")
    )
    guide = models.ForeignKey(
        Guide,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("guide"),
        help_text=_("Set when it was started from a guide, without a paste."),
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    batches = models.ManyToManyField(
        "probes.Batch", blank=True, related_name="investigations", verbose_name=_("batches")
    )
    created_at = models.DateTimeField(_("started at"), default=timezone.now)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("concluded by"),
    )
    concluded_cause = models.ForeignKey(
        Cause,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="conclusions",
        verbose_name=_("cause"),
    )
    confirmation = models.CharField(
        _("confirmation"),
        max_length=8,
        choices=Confirmation.choices,
        blank=True,
        help_text=_("What the cause was confirmed by; empty while there is none."),
    )
    concluded_resolution = models.ForeignKey(
        Resolution,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="conclusions",
        verbose_name=_("resolution"),
    )
    verified_by = models.ManyToManyField(
        "probes.Run", blank=True, related_name="verified", verbose_name=_("verified by")
    )

    class Meta:
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")
        ordering = ["-id"]
        indexes = [
            # What worked for this very text, newest first; few of many pastes are concluded.
            models.Index(
                fields=["fingerprint", "-concluded_at"],
                condition=models.Q(concluded_at__isnull=False),
                name="concluded_by_fingerprint",
            ),
            models.Index(
                fields=["-concluded_at"],
                condition=models.Q(concluded_at__isnull=False),
                name="concluded_newest_first",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/i/{self.public_id}/"

    @property
    def title(self) -> str:
        """The paste's first line that says something, cut to 80 characters."""
        lines = (line.strip() for line in self.text.splitlines())
        return next((line for line in lines if line), self.public_id)[:80]

    @property
    def what_worked(self) -> str:
        """What fixed it, as it was written down; empty when nothing did."""
        worked = [one.what for one in self.attempts.all() if one.outcome == Attempt.Outcome.WORKED]
        return worked[-1] if worked else ""


class CaseFact(models.Model):
    """A term that identifies an investigation's text (`kb.matching.identity`).

    A table and not a field, so that the cases that share a term are found by an index.
    """

    investigation = models.ForeignKey(
        Investigation, models.CASCADE, related_name="case_facts", db_index=False
    )
    term = models.CharField(max_length=120)
    is_concluded = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["investigation", "term"], name="case_fact_once"),
        ]
        indexes = [
            # Only what was concluded is ever looked up: the index holds those rows alone.
            models.Index(
                fields=["term", "-investigation"],
                condition=models.Q(is_concluded=True),
                name="concluded_by_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} in {self.investigation_id}"


class Attempt(models.Model):
    """What was tried and what came of it. "This fixed it" writes one."""

    class Outcome(models.TextChoices):
        WORKED = "worked", _("Worked")
        PARTLY = "partly", _("Partly")
        FAILED = "failed", _("Did not help")
        UNKNOWN = "unknown", _("Not known")

    investigation = models.ForeignKey(
        Investigation, models.CASCADE, related_name="attempts", verbose_name=_("investigation")
    )
    what = models.CharField(_("what was tried"), max_length=300)
    resolution = models.ForeignKey(
        Resolution,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="attempts",
        verbose_name=_("resolution"),
    )
    addresses = models.ManyToManyField(
        Cause,
        blank=True,
        related_name="addressed_by",
        verbose_name=_("takes away"),
        help_text=_(
            "Causes that were out of the way after this: where it did not help, they do not explain the failure alone."
        ),
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["investigation_id", "position", "id"]

    def __str__(self) -> str:
        return f"{self.what}: {self.outcome}"


class SearchGap(models.Model):
    """What nobody could answer, grouped by fingerprint: the authoring queue."""

    fingerprint = models.CharField(_("fingerprint"), max_length=80, unique=True)
    count = models.PositiveIntegerField(_("count"), default=0)
    sample = models.TextField(_("sample"))
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Guide,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
        help_text=_("The guide that a later text of the same kind found."),
    )
    draft = models.ForeignKey(
        Guide,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("draft"),
        help_text=_("The guide that somebody began to write for it."),
    )

    class Meta:
        verbose_name = _("search gap")
        verbose_name_plural = _("search gaps")
        ordering = ["-count", "-last_seen"]
        indexes = [
            models.Index(
                fields=["-count", "-last_seen"],
                condition=models.Q(answered_at__isnull=True),
                name="open_gaps_by_count",
            ),
        ]

    def __str__(self) -> str:
        return self.sample[:80]


class RefusedAlias(models.Model):
    """Words from solved cases that an author did not want as a symptom: never proposed again."""

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="refused_aliases", verbose_name=_("guide")
    )
    words = models.CharField(_("words"), max_length=100)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("refused alias")
        verbose_name_plural = _("refused aliases")
        constraints = [
            models.UniqueConstraint(fields=["guide", "words"], name="alias_refused_once"),
        ]

    def __str__(self) -> str:
        return self.words
