"""Probe definitions, the batches that ask for runs, and the runs themselves."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from probes import public_ids
from probes.engine_texts import translated


class Status(models.TextChoices):
    """The four states of the Nagios plugin API. UNKNOWN means we could not look."""

    OK = "OK", _("OK")
    WARNING = "WARNING", _("Warning")
    CRITICAL = "CRITICAL", pgettext_lazy("a run's status", "Critical")
    UNKNOWN = "UNKNOWN", _("Could not look")


def _loopback() -> list[str]:
    return ["127.0.0.0/8", "::1/128"]


class Location(models.Model):
    """Where a probe looks from, and what it may touch there. `server` is the base's own host."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    networks = models.JSONField(
        _("networks"),
        default=_loopback,
        blank=True,
        help_text=_("Networks a probe may connect to, in CIDR form. Loopback only until allowed."),
    )
    roots = models.JSONField(
        _("folders"),
        default=list,
        blank=True,
        help_text=_("Folders whose files a probe may look at. None until allowed."),
    )
    kinds = models.JSONField(
        _("kinds"),
        default=list,
        blank=True,
        help_text=_("Probe kinds that may run here. Empty: every kind."),
    )
    interpreters = models.JSONField(
        _("interpreters"),
        default=list,
        blank=True,
        help_text=_("Python interpreters a probe may start, as full paths. None until allowed."),
    )
    # The token of the agents that look from here, as digests; the secret itself is shown once.
    token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    token_made_at = models.DateTimeField(_("token made at"), null=True, editable=False)
    former_token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    former_token_until = models.DateTimeField(null=True, editable=False)
    last_seen_at = models.DateTimeField(_("agent last seen at"), null=True, editable=False)
    agent_host = models.CharField(_("agent's host"), max_length=120, blank=True, editable=False)
    agent_version = models.CharField(
        _("agent's version"), max_length=40, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        permissions = [
            ("issue_agent_token", _("Can make and revoke the tokens of agents")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="token_of_one_location"
            ),
        ]

    def __str__(self) -> str:
        return translated(self.name)


class Probe(models.Model):
    """A definition: what to look at and how to judge it. Runs only once it is approved."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(
        _("parameters"),
        default=dict,
        blank=True,
        help_text=_("What the kind asks for. A value may hold ${name}, filled in by the check."),
    )
    expectation = models.JSONField(
        _("expectation"),
        default=dict,
        blank=True,
        help_text=_("Reason codes whose status differs from the kind's own, as code: status."),
    )
    timeout_s = models.FloatField(_("timeout (seconds)"), default=3.0)
    retries = models.PositiveSmallIntegerField(_("retries"), default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="authored_probes",
        verbose_name=_("author"),
    )
    approved_hash = models.CharField(_("approved definition"), max_length=64, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="approved_probes",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("probe")
        verbose_name_plural = _("probes")
        ordering = ["slug"]
        permissions = [
            ("approve_probe", _("Can approve a probe's definition")),
            ("run_probe", _("Can run probes")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(timeout_s__gt=0, timeout_s__lte=60), name="probe_timeout_in_bounds"
            ),
            models.CheckConstraint(condition=Q(retries__lte=5), name="probe_retries_in_bounds"),
        ]

    def __str__(self) -> str:
        return translated(self.name)

    @property
    def definition(self) -> dict[str, Any]:
        """What approval pins: everything that changes what a run does or how it is judged."""
        return {
            "kind": self.kind,
            "params": self.params,
            "expectation": self.expectation,
            "timeout_s": float(self.timeout_s),
            "retries": self.retries,
        }

    @property
    def definition_hash(self) -> str:
        canonical = json.dumps(self.definition, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def is_approved(self) -> bool:
        """True while the definition is the one that was approved: any change undoes it."""
        return self.approved_hash == self.definition_hash


class Batch(models.Model):
    """One request for runs: the unit of work that a runner claims, renews and records."""

    class Purpose(models.TextChoices):
        DIAGNOSE = "diagnose", _("Diagnose")
        VERIFY = "verify", _("Verify a repair")
        SCHEDULED = "scheduled", _("Scheduled")
        TRY = "try", _("Try out")

    class State(models.TextChoices):
        READY = "ready", _("Waiting")
        LEASED = "leased", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.CharField(_("id"), max_length=20, unique=True, default=public_ids.batch_id)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    location = models.ForeignKey(Location, models.PROTECT, verbose_name=_("location"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("requested by"),
    )
    # NULLs are not equal, so a batch without a key collides with none.
    idempotency_key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READY)
    epoch = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    leased_by = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("requested at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "location", "id"], name="batch_claimable")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.READY, self.State.LEASED)


class BatchItem(models.Model):
    """One probe of a batch, frozen when it was requested."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items", verbose_name=_("batch"))
    position = models.PositiveSmallIntegerField(_("order"))
    ref = models.CharField(
        _("asked for"), max_length=200, help_text=_("What the requester calls this item.")
    )
    # Their indexes are below: with the id, so that the newest is found among very many.
    probe = models.ForeignKey(
        Probe,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="items",
        verbose_name=_("probe"),
    )
    probe_slug = models.CharField(_("probe"), max_length=50)
    definition_hash = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict)
    # What the placeholders were filled with: the same may be asked for again.
    values = models.JSONField(_("values"), default=dict)
    schedule = models.ForeignKey(
        "probes.Schedule",
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="items",
        verbose_name=_("schedule"),
    )
    expectation = models.JSONField(_("expectation"), default=dict)
    timeout_s = models.FloatField(_("timeout (seconds)"))
    retries = models.PositiveSmallIntegerField(_("retries"), default=0)

    class Meta:
        verbose_name = _("batch item")
        verbose_name_plural = _("batch items")
        ordering = ["batch_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="item_position_once"),
        ]
        indexes = [
            models.Index(fields=["probe", "id"], name="item_of_probe"),
            models.Index(fields=["schedule", "id"], name="item_of_schedule"),
            models.Index(fields=["ref", "id"], name="item_of_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}#{self.position} {self.ref}"


class Run(models.Model):
    """What one probe said for one item of a batch. Written once, never changed."""

    public_id = models.CharField(_("id"), max_length=20, unique=True, default=public_ids.run_id)
    item = models.OneToOneField(
        BatchItem, models.CASCADE, related_name="run", verbose_name=_("batch item")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    reason_code = models.CharField(_("reason"), max_length=40)
    facts = models.JSONField(_("facts"), default=dict)
    summary = models.TextField(_("summary"))
    output = models.TextField(_("output"), blank=True)
    attempts = models.JSONField(_("attempts"), default=list)
    started_at = models.DateTimeField(_("started at"))
    elapsed_s = models.FloatField(_("elapsed (seconds)"))
    lateness_s = models.FloatField(_("lateness (seconds)"), default=0.0)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(elapsed_s__gte=0), name="run_elapsed_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status} {self.reason_code}"

    @property
    def answered_by(self) -> str:
        """The account of the person whose word it is; empty for what a runner saw."""
        # A runner takes its batch first, so it cannot pass its own look off as a person's.
        is_word = self.item.batch.tries == 0
        return str(self.facts.get("answered_by", "")) if is_word else ""
