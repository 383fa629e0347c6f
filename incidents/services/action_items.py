"""The work that remains after an incident: written down, done, and overdue."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from incidents.models import ActionItem, Incident
from incidents.services.moving import locked
from probes.services import masked

_LONGEST = 300


@transaction.atomic
def add_action_item(
    incident: Incident,
    what: str,
    *,
    owner: User | None = None,
    due: date | None = None,
    horizon: str = "",
    detail: str = "",
) -> ActionItem:
    """Written at the end of the incident's list."""
    last = locked(incident).action_items.aggregate(last=Max("position"))["last"]
    return ActionItem.objects.create(
        incident=incident,
        what=masked(what)[:_LONGEST],
        owner=owner,
        due=due,
        horizon=horizon,
        detail=masked(detail),
        position=0 if last is None else last + 1,
    )


def change_action_item(item: ActionItem, **fields: object) -> ActionItem:
    """Change `what`, `owner`, `due`, `horizon` or `detail`."""
    for name, value in fields.items():
        setattr(item, name, masked(value) if isinstance(value, str) else value)
    item.what = item.what[:_LONGEST]
    item.save(update_fields=list(fields))
    return item


def set_done(item: ActionItem, *, is_done: bool, by: User | None) -> ActionItem:
    """Done or not; who says so twice changes nothing."""
    if is_done == bool(item.done_at):
        return item
    item.done_at = timezone.now() if is_done else None
    item.done_by = by if is_done else None
    item.save(update_fields=["done_at", "done_by"])
    return item


def open_items() -> QuerySet[ActionItem]:
    """What is still to do, the longest overdue first, what has no date last."""
    items = ActionItem.objects.filter(done_at=None)
    return items.order_by(F("due").asc(nulls_last=True), "pk")


def overdue_items() -> QuerySet[ActionItem]:
    return open_items().filter(due__lt=timezone.localdate())


def done_items() -> QuerySet[ActionItem]:
    return ActionItem.objects.exclude(done_at=None).order_by("-done_at", "-pk")


def days_overdue(item: ActionItem) -> int:
    """0 where it is done, has no date, or is still in time."""
    if item.done_at or item.due is None:
        return 0
    return max(0, (timezone.localdate() - item.due).days)
