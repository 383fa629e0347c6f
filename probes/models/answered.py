"""The answer to a creating request of the API, kept so that its repetition gets the same one."""

from django.db import models
from django.db.models.functions import Now


class AnsweredRequest(models.Model):
    """One Idempotency-Key of one person, with what was asked under it and what was answered."""

    key = models.CharField(max_length=100, unique=True)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # Text, not JSON: PostgreSQL would give the fields back in another order.
    body = models.TextField(default="")
    location = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
