"""A guide's health, computed on reading from what happened since it was written.

Each part reads for all guides at once, in a number of queries that does not grow with them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kb.models import Guide
from kb.services.upkeep.health.age import age_reasons
from kb.services.upkeep.health.causes import cause_reasons
from kb.services.upkeep.health.checks import check_reasons
from kb.services.upkeep.health.names import name_reasons
from kb.services.upkeep.health.reasons import FINE, KINDS, LOOK, STALE, Health, Reason, from_worst
from kb.services.upkeep.health.repairs import repair_reasons
from kb.services.upkeep.health.tried import tried_reasons
from kb.services.upkeep.health.untranslated import untranslated_reasons
from kb.services.upkeep.health.use import use_reasons

__all__ = ["FINE", "KINDS", "LOOK", "STALE", "Health", "Reason", "health_of", "warnings_of"]

Found = Iterable[tuple[int, Reason]]
# What finds reasons: from guides by id, each reason with its guide's. Another sort joins here.
PARTS: tuple[Callable[[Mapping[int, Guide]], Found], ...] = (
    repair_reasons,
    cause_reasons,
    tried_reasons,
    check_reasons,
    name_reasons,
    use_reasons,
    age_reasons,
    untranslated_reasons,
)


def health_of(guides: Sequence[Guide]) -> list[Health]:
    """The guides' health, in their order. Reads `translations` and `services` of each guide."""
    by_id = {guide.pk: guide for guide in guides}
    found: dict[int, list[Reason]] = {pk: [] for pk in by_id}
    for guide, reason in _all(by_id):
        found[guide].append(reason)
    return [
        Health(guide=guide, reasons=tuple(sorted(found[guide.pk], key=from_worst)))
        for guide in guides
    ]


def warnings_of(guide: Guide) -> list[Reason]:
    """What everyone who is about to follow the guide should know."""
    found = repair_reasons({guide.pk: guide})
    return [reason for _guide, reason in found if reason.is_for_everyone]


def _all(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    if guides:
        for part in PARTS:
            yield from part(guides)
