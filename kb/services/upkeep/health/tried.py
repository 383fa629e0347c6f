"""Causes and fixes that were tried and do not explain or repair what their guide says."""

from collections.abc import Iterator, Mapping

from django.db.models import Max

from kb.models import Cause, Guide, GuideReview
from kb.services.upkeep.contradictions import Contradiction, contradicted_by_attempts
from kb.services.upkeep.health.reasons import LOOK, Reason


def tried_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Seven queries: the guides' causes, and what attempts since their last review contradict."""
    known = _known_attempts(guides)
    rows = Cause.objects.filter(guide__in=guides).select_related("guide")
    causes = {cause.pk: cause for cause in rows.prefetch_related("guide__translations")}
    for found in contradicted_by_attempts(causes):
        if found.cause is not None and _is_news(found, known.get(found.cause.guide_id, 0)):
            yield found.cause.guide_id, _reason(found)


def _known_attempts(guides: Mapping[int, Guide]) -> dict[int, int]:
    """The newest attempt that whoever last found the guide valid could know of."""
    reviews = GuideReview.objects.filter(guide__in=guides).order_by()
    return dict(reviews.values_list("guide").annotate(Max("newest_attempt")))


def _is_news(found: Contradiction, known: int) -> bool:
    return found.attempt is None or found.attempt.pk > known


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
