"""What was last found about a guide's health, kept so that a long queue need not look at all."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kb.models.guides import Guide


class GuideHealth(models.Model):
    """How a guide stood when it was last looked at; the reasons' words are found anew on reading.

    `badness` counts from the worst verdict, `codes` holds the sorts of its reasons, each between
    spaces. Only a large base has such rows.
    """

    guide = models.OneToOneField(
        Guide, models.CASCADE, primary_key=True, related_name="kept_health", verbose_name=_("guide")
    )
    looked_at = models.DateTimeField(db_index=True)
    badness = models.PositiveSmallIntegerField()
    reasons = models.PositiveSmallIntegerField()
    codes = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.guide_id}: {self.codes.strip()}"
