"""What is ticked in a guide's checklists while a case is worked on: kept with who and when."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.utils import timezone

from kb.models import ChecklistTick, Guide, Investigation


def ticks_of(case: Investigation, guide: Guide) -> dict[str, ChecklistTick]:
    """By the item's name."""
    ticks = ChecklistTick.objects.filter(investigation=case, guide=guide).select_related("by")
    return {tick.item: tick for tick in ticks}


def change_ticks(
    case: Investigation,
    guide: Guide,
    *,
    ticked: Collection[str],
    unticked: Collection[str],
    by: User,
) -> None:
    """Only these items change, so that two people who tick do not undo each other.

    Who ticked an item first stays its name; ticking it again changes nothing.
    """
    rows = ChecklistTick.objects.filter(investigation=case, guide=guide)
    rows.filter(item__in=unticked).delete()
    now = timezone.now()
    ChecklistTick.objects.bulk_create(
        [
            ChecklistTick(investigation=case, guide=guide, item=item, by=by, at=now)
            for item in ticked
        ],
        ignore_conflicts=True,
    )
