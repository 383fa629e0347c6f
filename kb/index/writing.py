"""Writing the index in the transaction that saves a guide; only what differs is written."""

import json

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from kb.index import tables
from kb.index.analysing import READ
from kb.index.entries import entries
from kb.index.lists import change
from kb.index.packing import TERMS, Packed, unpacked
from kb.index.rows import GuideRow, Stored, stored_of
from kb.index.state import lock
from kb.models import Guide, IndexState


@transaction.atomic(savepoint=False)
def update(guide: Guide) -> None:
    """Bring the index to what the guide's rows say; only a published guide is in it."""
    state = lock()
    found = Guide.objects.published().filter(pk=guide.pk).prefetch_related(*READ).first()
    before = _stored(guide.pk)
    if found:
        _write(state, before, stored_of(found.pk, entries(found)))
    elif before:
        _take_out(state, before)


@receiver(pre_delete, sender=Guide)
@transaction.atomic
def remove(instance: Guide, **_: object) -> None:
    """However a guide goes, from the admin's list too, its postings go with it.

    Its row is read here, under the lock: what the deletion has collected may be old by now.
    """
    state = lock()
    if before := _stored(instance.pk):
        _take_out(state, before)


# A guide's own row as it is stored: its id, terms, causes and details.
_Before = tuple[int, Packed, Packed, str]


def _stored(guide: int) -> _Before | None:
    sql = "SELECT guide_id, terms, causes, details FROM kb_indexedguide WHERE guide_id = %s"
    return next(iter(tables.fetch(sql, guide)), None)


def _take_out(state: IndexState, before: _Before) -> None:
    guide, terms, *_ = before
    change(guide, {}, unpacked(terms, TERMS))
    tables.GUIDE.delete("guide_id", [guide])
    _count(state, -1)


def _count(state: IndexState, by: int) -> None:
    state.guides += by
    state.save(update_fields=["guides"])


def _write(state: IndexState, before: _Before | None, now: Stored) -> None:
    old = unpacked(before[1], TERMS) if before else {}
    put = {number: impact for number, impact in now.impacts.items() if old.get(number) != impact}
    change(now.row[0], put, old.keys() - now.impacts.keys())
    tables.SIGN.add(now.signs[number] for number in put if number in now.signs)
    if before is None:
        _count(state, 1)
    if before is None or not _is_same(before, now.row):
        tables.GUIDE.put([now.row])


def _is_same(before: _Before, now: GuideRow) -> bool:
    """PostgreSQL writes JSON in its own way."""
    same = all(mine == theirs for mine, theirs in zip(before[:3], now[:3], strict=True))
    return same and json.loads(before[3]) == json.loads(now[3])
