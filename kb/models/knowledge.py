"""What the machine acts on in a guide: symptoms, causes, checks, evidence, resolutions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kb.models.guides import Guide


class Provenance(models.TextChoices):
    """What the author's source said is never mixed with what we concluded."""

    DOCUMENT = "document", _("From the document")
    OBSERVED = "observed", _("Observed")
    INFERRED = "inferred", _("Inferred")


class Strength(models.TextChoices):
    """How strongly a symptom speaks for a cause."""

    STRONG = "strong", _("strong")
    MODERATE = "moderate", _("moderate")
    WEAK = "weak", _("weak")


class Symptom(models.Model):
    """What a person sees and pastes: exact phrases, or a pattern."""

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="symptoms", verbose_name=_("guide")
    )
    slug = models.SlugField(_("slug"))
    phrases = models.JSONField(_("phrases"), default=list, blank=True)
    pattern = models.CharField(_("pattern"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    explained_by = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="explains",
        verbose_name=_("explained by"),
    )
    provenance = models.CharField(
        _("provenance"), max_length=10, choices=Provenance.choices, default=Provenance.DOCUMENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("symptom")
        verbose_name_plural = _("symptoms")
        ordering = ["guide_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "slug"], name="symptom_slug_once"),
        ]

    def __str__(self) -> str:
        return self.phrases[0] if self.phrases else self.pattern or self.slug


class Cause(models.Model):
    """Why it happens. An open cause with a workaround is a known error (ITIL)."""

    class Standing(models.TextChoices):
        SUSPECTED = "suspected", _("Suspected")
        CONFIRMED = "confirmed", _("Confirmed")
        FIXED = "fixed", _("Fixed")

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="causes", verbose_name=_("guide"))
    slug = models.SlugField(_("slug"))
    title = models.CharField(_("title"), max_length=200)
    section = models.CharField(_("section"), max_length=120, blank=True)
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing.choices, default=Standing.SUSPECTED
    )
    weight = models.FloatField(
        _("weight"), default=1.0, help_text=_("How common it is beside the guide's other causes.")
    )
    refines = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="refined_by",
        verbose_name=_("refines"),
    )
    provenance = models.CharField(
        _("provenance"), max_length=10, choices=Provenance.choices, default=Provenance.DOCUMENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["guide_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "slug"], name="cause_slug_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="cause_weight_positive",
                violation_error_message=_("The weight must be above 0."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """`guide/cause`: the cause's name across the base."""
        return f"{self.guide.slug}/{self.slug}"


class Suggests(models.Model):
    """A symptom speaks for a cause."""

    symptom = models.ForeignKey(
        Symptom, models.CASCADE, related_name="suggests", verbose_name=_("symptom")
    )
    cause = models.ForeignKey(
        Cause, models.CASCADE, related_name="suggested_by", verbose_name=_("cause")
    )
    strength = models.CharField(_("strength"), max_length=10, choices=Strength.choices)

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.UniqueConstraint(fields=["symptom", "cause"], name="suggestion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.symptom} → {self.cause} ({self.strength})"


class Check(models.Model):
    """How a guide uses a probe. The author's order is the document's order."""

    class Role(models.TextChoices):
        TARGET = "target", _("on the target")
        CLIENT = "client", _("from the client")

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="checks", verbose_name=_("guide"))
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=200)
    probe = models.ForeignKey(
        "probes.Probe", models.PROTECT, related_name="checks", verbose_name=_("probe")
    )
    parameters = models.JSONField(
        _("parameters"),
        default=dict,
        blank=True,
        help_text=_("Values for the probe's placeholders; may hold the guide's own ${name}."),
    )
    role = models.CharField(_("looks"), max_length=6, choices=Role.choices, default=Role.TARGET)
    section = models.CharField(_("section"), max_length=120, blank=True)
    baseline = models.CharField(
        _("baseline"),
        max_length=40,
        blank=True,
        help_text=_(
            "The reason code that is the normal state here, where it is not the usual one."
        ),
    )
    schedule = models.CharField(
        _("schedule"),
        max_length=120,
        blank=True,
        help_text=_("When it runs by itself: every 5m, or 0 9 * * MON-FRI Asia/Seoul."),
    )
    provenance = models.CharField(
        _("provenance"), max_length=10, choices=Provenance.choices, default=Provenance.DOCUMENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["guide_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "slug"], name="check_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"{self.guide.slug}/{self.slug}"


class Evidence(models.Model):
    """What runs of the guide's checks, together, say about a cause."""

    class Says(models.TextChoices):
        RULES_OUT = "rules-out", _("rules it out")
        STRONGLY_AGAINST = "strongly-against", _("speaks strongly against")
        AGAINST = "against", _("speaks against")
        FOR = "for", _("speaks for")
        STRONGLY_FOR = "strongly-for", _("speaks strongly for")

    cause = models.ForeignKey(
        Cause, models.CASCADE, related_name="evidence", verbose_name=_("cause")
    )
    when = models.JSONField(
        _("when"),
        help_text=_(
            "check: {reason: [codes], status: [states], facts: {name: value}}; all must hold."
        ),
    )
    says = models.CharField(_("says"), max_length=20, choices=Says.choices)
    provenance = models.CharField(
        _("provenance"), max_length=10, choices=Provenance.choices, default=Provenance.DOCUMENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["cause_id", "position", "id"]

    def __str__(self) -> str:
        return f"{self.when} {self.says}"


class Resolution(models.Model):
    """What to do about a cause. The steps are the section's Markdown; people copy commands."""

    class Kind(models.TextChoices):
        FIX = "fix", _("Fix")
        WORKAROUND = "workaround", _("Workaround")
        AVOID = "avoid", _("Avoid")

    class Risk(models.TextChoices):
        NONE = "none", _("changes nothing")
        LOW = "low", _("low risk")
        MODERATE = "moderate", _("some risk")
        DESTRUCTIVE = "destructive", _("cannot be undone")

    cause = models.ForeignKey(
        Cause, models.CASCADE, related_name="resolutions", verbose_name=_("cause")
    )
    slug = models.SlugField(_("slug"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FIX)
    section = models.CharField(_("section"), max_length=120, blank=True)
    risk = models.CharField(_("risk"), max_length=12, choices=Risk.choices, default=Risk.LOW)
    caution = models.CharField(
        _("caution"), max_length=300, blank=True, help_text=_("What to mind before doing it.")
    )
    rollback = models.CharField(_("rollback"), max_length=300, blank=True)
    verify = models.ManyToManyField(
        Check, blank=True, related_name="verifies", verbose_name=_("verified by")
    )
    provenance = models.CharField(
        _("provenance"), max_length=10, choices=Provenance.choices, default=Provenance.DOCUMENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        ordering = ["cause_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cause", "slug"], name="resolution_slug_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def localized(self, field: str) -> str:
        """`title`, `caution` or `rollback` in the reader's language, else as it was written."""
        part = {"title": "resolutions", "caution": "cautions", "rollback": "rollbacks"}[field]
        slug = f"{self.cause.slug}/{self.slug}"
        return self.cause.guide.localized_name(part, slug, getattr(self, field))
