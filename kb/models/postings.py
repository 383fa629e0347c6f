"""The posting table: which term stands where, written in the guide's own transaction."""

from django.db import models

from kb.models.guides import Guide


class Posting(models.Model):
    """One term in one entry of a guide. Read and written only by `kb/index`.

    `entry` is what the term speaks for: `guide`, `cause:<slug>` or `symptom:<slug>`.
    `impact` is a whole number, so that scores and order are the same on every database.
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="postings")
    entry = models.CharField(max_length=70)
    term = models.CharField(max_length=100)
    impact = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["term", "guide", "entry"], name="posting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.term} in {self.guide_id}/{self.entry}"
