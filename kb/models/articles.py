"""What belongs to a guide's article besides its text: pictures, and what was ticked in a case."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kb.models.guides import Guide
from kb.models.investigations import Investigation


class ChecklistTick(models.Model):
    """An item of a guide's checklist that somebody ticked while working on a case."""

    investigation = models.ForeignKey(
        Investigation, models.CASCADE, related_name="ticks", verbose_name=_("investigation")
    )
    guide = models.ForeignKey(Guide, models.CASCADE, related_name="ticks", verbose_name=_("guide"))
    item = models.CharField(
        _("item"), max_length=64, help_text=_("The item's name, made from its section and words.")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("ticked item")
        verbose_name_plural = _("ticked items")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["investigation", "guide", "item"], name="tick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.guide_id} {self.item}"


class GuideImage(models.Model):
    """A picture for guides. Its address is made from its bytes, so it never changes."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    media_type = models.CharField(_("type"), max_length=20)
    content = models.BinaryField(_("content"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.width}×{self.height}"
