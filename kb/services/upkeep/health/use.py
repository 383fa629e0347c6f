"""Guides that were found, and did not help anybody."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from kb.models import Guide
from kb.services.cases.unhelped import unhelped_cases
from kb.services.upkeep.health.reasons import LOOK, Reason

# One person whom it did not help may have had something else.
FEWEST_PEOPLE = 2


def use_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """One query, for the recent cases in which all that was tried failed."""
    by_guide: dict[int, list[int]] = {}
    cases = {case.pk: case for case in unhelped_cases(guides)}
    for case in cases.values():
        for guide in case.guides_tried:
            by_guide.setdefault(guide, []).append(case.pk)
    for guide_id, found in by_guide.items():
        people = {cases[pk].person or f"case {pk}" for pk in found}
        if guide_id in guides and len(people) >= FEWEST_PEOPLE:
            newest, oldest = cases[max(found)], cases[min(found)]
            yield (
                guide_id,
                Reason(
                    code="nothing_helped",
                    severity=LOOK,
                    text=_(
                        "In %(count)s cases it was the answer, and nothing that was tried helped."
                    )
                    % {"count": len(found)},
                    since=oldest.at,
                    href=f"/i/{newest.public_id}/",
                    evidence=_("the newest case"),
                ),
            )
