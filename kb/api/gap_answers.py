"""What nobody could answer, as the API shows it."""

from typing import Any

from kb.services.cases.demand import Demand
from kb.services.cases.gaps import Gap


def gap(one: Gap) -> dict[str, Any]:
    this = one.gap
    return {
        "fingerprint": this.fingerprint,
        "count": this.count,
        "people": one.people,
        "first_seen": this.first_seen,
        "last_seen": this.last_seen,
        "sample": this.sample,
        "answered_at": this.answered_at,
        "answered_by": this.answered_by.slug if this.answered_by else None,
    }


def demand(one: Demand) -> dict[str, Any]:
    """A group of near-identical texts; `fingerprint` is the oldest one's, and names the group."""
    return {
        "fingerprint": one.key,
        "count": one.count,
        "people": one.people,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "last_7_days": one.last_week,
        "last_30_days": one.last_month,
        "sample": one.sample,
        "wordings": [{"fingerprint": w.fingerprint, "count": w.count} for w in one.wordings],
        "nothing_helped": one.unhelped,
        "services": list(one.services),
        "draft": one.draft
        and {
            "guide": one.draft.slug,
            "state": one.draft.state,
            "owner": one.draft.owner and one.draft.owner.get_username(),
        },
        "answered_at": None,
        "answered_by": None,
    }
