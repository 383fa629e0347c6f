"""Which incidents one may turn out to be: the same failure first, then the newest."""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from incidents.models import Incident
from incidents.services.listing import Wanted, narrowed

MOST_OFFERED = 6


def merge_candidates(incident: Incident, *, words: str = "") -> Sequence[Incident]:
    """Those that it may be merged into (`merge`): one that goes on only into one that goes on.

    Without words, those that still go on, the same failure first; with words, what they find.
    """
    found = narrowed(Wanted(q=words, is_open=incident.is_open or not words.strip()))
    found = found.filter(merged_into__isnull=True).exclude(pk=incident.pk)
    case = incident.investigation
    is_same = Q(investigation__fingerprint=case.fingerprint) if case and case.text else Q(pk=None)
    likeness = Case(When(is_same, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(
        found.order_by(likeness, "-started_at", "-pk")
        .select_related("assignee")
        .defer("report")[:MOST_OFFERED]
    )
