"""What a new report begins with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incidents import Incident


class IncidentTemplate(models.Model):
    """What a report of one kind asks for: a Markdown skeleton in one language."""

    slug = models.SlugField(_("slug"))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=200)
    report = models.TextField(_("report"), blank=True)
    severity = models.CharField(
        _("severity"),
        max_length=10,
        choices=Incident.Severity.choices,
        default=Incident.Severity.MINOR,
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("incident template")
        verbose_name_plural = _("incident templates")
        ordering = ["position", "slug", "language"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "language"], name="template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
