"""How many guides wait for a review, kept for a while: a right count asks a dozen queries."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from kb.services.upkeep.review_queue import count_queue

KEPT_S = 600
_KEY = "kb-review-count"


@dataclass(frozen=True, kw_only=True)
class Counted:
    total: int
    at: datetime


def known_count() -> Counted | None:
    """The figure as it was last counted, without asking the database; None after `KEPT_S`."""
    kept: Counted | None = cache.get(_KEY)
    return kept


def count_waiting() -> Counted:
    """Known, or counted now."""
    return known_count() or remember(count_queue())


def remember(total: int) -> Counted:
    counted = Counted(total=total, at=timezone.now())
    cache.set(_KEY, counted, KEPT_S)
    return counted
