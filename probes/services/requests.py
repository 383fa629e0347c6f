"""The requester's side of a batch: ask for runs, and change one's mind."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.engine_texts import translated
from probes.models import Batch, BatchItem, Location, Probe, Schedule
from probes.services.errors import IdempotencyConflict, Problem, RequestRefused
from probes.services.locations import server_location

MAX_ITEMS = 200


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One run: `values` fill the probe's placeholders, `ref` is the requester's own name for it.

    `schedule` is what the run will be a look of, if any.
    """

    probe: Probe
    values: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    schedule: Schedule | None = None


@transaction.atomic
def request_batch(
    wanted: Sequence[Wanted],
    *,
    purpose: str,
    by: AbstractBaseUser | None,
    location: Location | None = None,
    idempotency_key: str | None = None,
) -> Batch:
    """Freeze the items and let runners have them; the same key again gives the same batch.

    Raises RequestRefused with every problem, IdempotencyConflict when the key belongs to
    another request.
    """
    location = location or server_location()
    digest = _digest(wanted, purpose=purpose, location=location)
    if earlier := batch_of_key(idempotency_key, by=by):
        return _same_or_refuse(earlier, digest)
    batch = Batch(
        purpose=purpose,
        location=location,
        requested_by_id=_pk(by),
        idempotency_key=idempotency_key and scoped_key(idempotency_key, by=by),
        request_hash=digest,
        created_at=Now(),
    )
    items = freeze(wanted)
    try:
        # A point to return to: on PostgreSQL a failed insert would spoil the whole transaction.
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        # The same key arrived twice at once and the other one was first.
        if earlier := batch_of_key(idempotency_key, by=by):
            return _same_or_refuse(earlier, digest)
        raise
    _insert(items, batch)
    batch.refresh_from_db()
    return batch


def batch_of_key(idempotency_key: str | None, *, by: AbstractBaseUser | None) -> Batch | None:
    """The batch this person already asked for under this key."""
    if idempotency_key is None:
        return None
    return Batch.objects.filter(idempotency_key=scoped_key(idempotency_key, by=by)).first()


def scoped_key(key: str, *, by: AbstractBaseUser | None) -> str:
    """The key as it is stored: two people may choose the same one, and see nothing by it.

    The digest keeps every length of key within the column.
    """
    return f"{_pk(by) or 0}:{hashlib.sha256(key.encode()).hexdigest()}"


def _pk(by: AbstractBaseUser | None) -> int | None:
    return by.pk if by is not None else None


def _same_or_refuse(earlier: Batch, digest: str) -> Batch:
    if earlier.request_hash != digest:
        raise IdempotencyConflict(_("This idempotency key was used for another request."))
    return earlier


def _digest(wanted: Sequence[Wanted], *, purpose: str, location: Location) -> str:
    asked = [[w.probe.pk, dict(w.values), w.ref] for w in wanted]
    canonical = json.dumps([purpose, location.pk, asked], sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def freeze(wanted: Sequence[Wanted]) -> list[BatchItem]:
    """The items as a batch would hold them, not stored. Raises RequestRefused with every problem."""
    if not 0 < len(wanted) <= MAX_ITEMS:
        message = _("A batch holds 1 to %(most)d probes.") % {"most": MAX_ITEMS}
        raise RequestRefused(
            [Problem(index=0, ref="", code="batch_size", field="items", message=message)]
        )
    problems, items = _frozen(wanted)
    if problems:
        raise RequestRefused(problems)
    return items


def refusals(wanted: Sequence[Wanted]) -> list[Problem]:
    """Everything for which `request_batch` would refuse these, in their order."""
    return _frozen(wanted)[0]


def _frozen(wanted: Sequence[Wanted]) -> tuple[list[Problem], list[BatchItem]]:
    # Read again: what the caller holds may have been changed or lost its approval.
    stored = Probe.objects.in_bulk([w.probe.pk for w in wanted])
    problems: list[Problem] = []
    items: list[BatchItem] = []
    for index, one in enumerate(wanted):
        probe = stored.get(one.probe.pk)
        found, item = _freeze_one(one, probe, index)
        problems += found
        items += [item] if item else []
    return problems, items


def _freeze_one(
    wanted: Wanted, probe: Probe | None, index: int
) -> tuple[list[Problem], BatchItem | None]:
    if refusal := _refusal(wanted, probe, index):
        return [refusal], None
    assert probe is not None
    try:
        params = registry.validate(
            probe.kind, registry.fill_in(probe.kind, probe.params, wanted.values)
        )
    except InvalidParams as refused:
        return [
            _problem(wanted, index, "invalid_value", translated(c.message), field=c.field)
            for c in refused.complaints
        ], None
    return [], BatchItem(
        position=index,
        ref=wanted.ref or probe.slug,
        probe=probe,
        probe_slug=probe.slug,
        definition_hash=probe.definition_hash,
        kind=probe.kind,
        params=params,
        values=dict(wanted.values),
        schedule=wanted.schedule,
        expectation=probe.expectation,
        timeout_s=probe.timeout_s,
        retries=probe.retries,
    )


def _refusal(wanted: Wanted, probe: Probe | None, index: int) -> Problem | None:
    if probe is None:
        return _problem(wanted, index, "unknown_probe", _("This probe no longer exists."))
    if not probe.is_approved:
        return _problem(
            wanted, index, "not_approved", _("The definition of this probe is not approved.")
        )
    if probe.kind == "manual":
        return _problem(
            wanted, index, "needs_person", _("A person answers this check; it cannot be run.")
        )
    return None


def _problem(wanted: Wanted, index: int, code: str, message: str, field: str = "") -> Problem:
    ref = wanted.ref or wanted.probe.slug
    return Problem(index=index, ref=ref, code=code, field=field, message=message)


def _insert(items: Sequence[BatchItem], batch: Batch) -> None:
    for item in items:
        item.batch = batch
    BatchItem.objects.bulk_create(items)


@transaction.atomic
def cancel_batch(batch: Batch, *, by: AbstractBaseUser | None) -> bool:
    """Stop an open batch; False when it had ended before. Runs already recorded stay.

    Raising the epoch is what stops the runner: its next renewal or record is refused.
    """
    still_open = Batch.objects.filter(
        pk=batch.pk, state__in=[Batch.State.READY, Batch.State.LEASED]
    )
    cancelled = still_open.update(
        state=Batch.State.CANCELLED, epoch=F("epoch") + 1, lease_until=None, finished_at=Now()
    )
    batch.refresh_from_db()
    return cancelled == 1
