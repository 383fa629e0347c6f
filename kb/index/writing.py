"""Writing the index in the transaction that saves a guide; only what differs is written."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from kb.index.entries import entries
from kb.index.lists import change
from kb.index.packing import TERMS, unpacked
from kb.index.rows import Stored, stored_of
from kb.index.state import lock
from kb.models import Guide, IndexedGuide, IndexState, Sign

# What `entries` reads of a guide.
READ = ("translations", "causes__resolutions", "symptoms__suggests")


@transaction.atomic
def update(guide: Guide) -> None:
    """Bring the index to what the guide's rows say; only a published guide is in it."""
    state = lock()
    found = Guide.objects.published().filter(pk=guide.pk).prefetch_related(*READ).first()
    before = IndexedGuide.objects.filter(pk=guide.pk).first()
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
    if before := IndexedGuide.objects.filter(pk=instance.pk).first():
        _take_out(state, before)


def _take_out(state: IndexState, before: IndexedGuide) -> None:
    change(before.pk, {}, unpacked(before.terms, TERMS))
    before.delete()
    _count(state, -1)


def _count(state: IndexState, by: int) -> None:
    state.guides += by
    state.save(update_fields=["guides"])


def _write(state: IndexState, before: IndexedGuide | None, now: Stored) -> None:
    old = unpacked(before.terms, TERMS) if before else {}
    put = {number: impact for number, impact in now.impacts.items() if old.get(number) != impact}
    change(now.row.pk, put, old.keys() - now.impacts.keys())
    _add_signs(now.signs[number] for number in put if number in now.signs)
    if before is None:
        _count(state, 1)
    if before is None or not _is_same(before, now.row):
        now.row.save(force_insert=before is None, force_update=before is not None)


def _is_same(before: IndexedGuide, now: IndexedGuide) -> bool:
    return (before.terms, before.causes, before.details) == (now.terms, now.causes, now.details)


def _add_signs(signs: Iterable[Sign]) -> None:
    Sign.objects.bulk_create(signs, ignore_conflicts=True)
