"""The index's own tables, written and read only by `kb/index`; `reindex` makes them from guides.

They hold nothing that guides do not say, in bytes that are the same on every database.
docs/decisions/index.md says why they look like this.
"""

from django.db import models

from kb.models.guides import Guide


class IndexState(models.Model):
    """One row: what the index was written by, and how many guides are in it.

    Whoever writes the index holds this row first, so that writers follow one another.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    version = models.CharField(max_length=40, default="")
    guides = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"version {self.version}, {self.guides} guides"


class IndexTerm(models.Model):
    """A term by the number `kb.index.packing.term_id` gives it.

    `guides` is how many guides have it. The postings of a rare term are in `postings`; those of
    a common one are in blocks, and `postings` is empty.
    """

    id = models.BigIntegerField(primary_key=True)
    guides = models.PositiveIntegerField()
    postings = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.pk} in {self.guides} guides"


class PostingBlock(models.Model):
    """Which of one stretch of guide ids have a common term, and how strongly."""

    pk = models.CompositePrimaryKey("term", "block")
    term = models.BigIntegerField()
    block = models.IntegerField()
    postings = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term} in block {self.block}"


class IndexedGuide(models.Model):
    """A published guide as the index knows it: its terms, and what scoring asks of it.

    `terms` holds what stands in the postings; `causes` the terms of each cause, in the order of
    `details["causes"]`; `details` the marks and all symptoms.
    """

    guide = models.OneToOneField(
        Guide, models.CASCADE, primary_key=True, related_name="indexed", editable=False
    )
    terms = models.BinaryField()
    causes = models.BinaryField()
    details = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"guide {self.pk} as indexed"


class Sign(models.Model):
    """A phrase or pattern that some guide's author foresaw, once however many guides have it.

    `term` is its number as a term. It is tried on a text that holds `anchor` and all of
    `needs`: words of a phrase, or one stretch of letters of a pattern.
    """

    term = models.BigIntegerField(primary_key=True)
    anchor = models.CharField(max_length=50, db_index=True)
    needs = models.TextField(blank=True)
    text = models.TextField()
    is_pattern = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text
