"""Causes and fixes that were tried and do not explain or repair what their guide says."""

from collections.abc import Iterator, Mapping

from kb.models import Cause, Guide
from kb.services.contradictions import Contradiction, contradicted_by_attempts
from kb.services.health.reasons import LOOK, Reason


def tried_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Six queries: the guides' causes, and what their attempts contradict."""
    rows = Cause.objects.filter(guide__in=guides).select_related("guide")
    causes = {cause.pk: cause for cause in rows.prefetch_related("guide__translations")}
    for found in contradicted_by_attempts(causes):
        if found.cause is not None:
            yield found.cause.guide_id, _reason(found)


def _reason(found: Contradiction) -> Reason:
    case = found.attempt.investigation if found.attempt else None
    return Reason(
        code="cause_contradicted",
        severity=LOOK,
        text=found.sentence,
        since=found.attempt.at if found.attempt else None,
        href=case.get_absolute_url() if case else "",
        evidence=case.public_id if case else "",
    )
