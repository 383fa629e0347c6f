"""Guides (KCS knowledge articles), their translations and revisions, and services."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Service(models.Model):
    """What guides, checks and incidents are about."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    depends_on = models.ManyToManyField(
        "self", symmetrical=False, blank=True, verbose_name=_("depends on")
    )
    bindings = models.JSONField(
        _("bindings"),
        default=dict,
        blank=True,
        help_text=_("Values for guide parameters: host, port, container, path."),
    )

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class GuideQuerySet(models.QuerySet["Guide"]):
    def published(self) -> "GuideQuerySet":
        return self.filter(state=Guide.State.PUBLISHED)


class Guide(models.Model):
    """A guide: its Markdown body, and the rows of what the machine acts on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    slug = models.SlugField(_("slug"), unique=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("body"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("owner")
    )
    review_after = models.DateField(_("review after"), null=True, blank=True)
    matched_on = models.DateField(
        _("last found on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The last day on which a text led to it or its checks were started."),
    )
    services = models.ManyToManyField(Service, blank=True, verbose_name=_("services"))
    parameters = models.JSONField(
        _("parameters"),
        default=dict,
        blank=True,
        help_text=_("name: {type, default, from, required, label}"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = GuideQuerySet.as_manager()

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["slug"]
        permissions = [
            ("match_text", _("Can look up fixes for a text")),
            ("publish_guide", _("Can publish a guide")),
            ("import_guide", _("Can import guides from files")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/g/{self.slug}/"

    @property
    def is_overdue(self) -> bool:
        return self.review_after is not None and self.review_after < timezone.now().date()

    @property
    def revision_number(self) -> int:
        """The newest revision's number; 0 before the first."""
        newest = self.revisions.first()
        return newest.number if newest else 0

    def translation(self, language: str | None = None) -> "GuideTranslation | None":
        """The translation into `language` (the reader's own by default), where there is one.

        Reads `translations.all()`, so a prefetch answers it without a query.
        """
        wanted = (language or get_language() or "").split("-")[0]
        if wanted == self.language:
            return None
        return next((t for t in self.translations.all() if t.language == wanted), None)

    def localized(self, field: str, language: str | None = None) -> str:
        """`title`, `summary` or `body` in the reader's language, else as it was written."""
        translation = self.translation(language)
        return str((translation and getattr(translation, field)) or getattr(self, field))

    def localized_name(self, part: str, slug: str, original: str) -> str:
        """The reader's words for a short text of this guide, else the original ones.

        `part` is `causes`, `checks`, `parameters`, or, with the slug `cause/resolution`,
        `resolutions`, `cautions` or `rollbacks`.
        """
        translation = self.translation() if original else None
        return (translation and translation.names.get(part, {}).get(slug)) or original


class GuideTranslation(models.Model):
    """A guide in another language: the prose and the names; the knowledge is the guide's own."""

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="translations", verbose_name=_("guide")
    )
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("body"), blank=True)
    names = models.JSONField(
        _("names"),
        default=dict,
        blank=True,
        help_text=_(
            "What causes, checks, resolutions and parameters are called, and what the "
            "resolutions' cautions and rollbacks say, by slug."
        ),
    )
    of_revision = models.PositiveIntegerField(
        _("of revision"), default=0, help_text=_("The original's revision this was made from.")
    )

    class Meta:
        verbose_name = _("guide translation")
        verbose_name_plural = _("guide translations")
        constraints = [
            models.UniqueConstraint(fields=["guide", "language"], name="translation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class GuideRevision(models.Model):
    """A guide's whole file as it was saved. Never changed."""

    class Source(models.TextChoices):
        STARTER = "starter", _("Starter content")
        IMPORT = "import", _("Import")
        ADMIN = "admin", _("Admin")
        API = "api", _("API")

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="revisions", verbose_name=_("guide")
    )
    number = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    file = models.TextField(_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("guide revision")
        verbose_name_plural = _("guide revisions")
        ordering = ["guide_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.guide.slug} r{self.number}"


class GuideReview(models.Model):
    """Somebody looked at a guide and found it still right. Never changed."""

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="reviews", verbose_name=_("guide")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=200, blank=True)
    next_review = models.DateField(_("next review"))
    # The newest attempt there was: what was tried before is known to who looked. By number,
    # since an attempt may be dated back.
    newest_attempt = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("guide review")
        verbose_name_plural = _("guide reviews")
        ordering = ["guide_id", "-at", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.guide.slug}: {self.at:%Y-%m-%d}"
