"""Probe definitions: saved only when their kind accepts them, run only once approved."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from probes.engine import registry
from probes.engine.errors import Complaint, InvalidParams
from probes.engine_texts import translated
from probes.models import Probe
from probes.services.errors import OwnProbe, ProbeChanged

MAX_TIMEOUT_S = 60.0
MAX_RETRIES = 5
# Pages beside those of probes: probes/schedules/.
TAKEN_SLUGS = ("schedules", "batches")


def complaints_about(probe: Probe) -> list[Complaint]:
    """Everything that is wrong with the definition; also cleans `params` when nothing is."""
    if probe.kind not in registry.KINDS:
        known = ", ".join(sorted(registry.KINDS))
        return [Complaint(field="kind", message=f"{probe.kind!r} is not one of {known}")]
    complaints = _complaints_about_params(probe)
    try:
        registry.check_expectation(probe.kind, probe.expectation)
    except InvalidParams as refused:
        complaints += refused.complaints
    return complaints + _complaints_about_limits(probe) + _complaints_about_slug(probe)


def _complaints_about_params(probe: Probe) -> list[Complaint]:
    try:
        cleaned = registry.validate(probe.kind, probe.params, placeholders=True)
    except InvalidParams as refused:
        return [
            Complaint(field=f"params.{c.field}", message=translated(c.message))
            for c in refused.complaints
        ]
    # Defaults are written out, so that a later change of a default needs approval too.
    probe.params = {name: value for name, value in cleaned.items() if value not in (None, [])}
    return []


def _complaints_about_slug(probe: Probe) -> list[Complaint]:
    if probe.slug not in TAKEN_SLUGS:
        return []
    return [Complaint(field="slug", message=_("This word is the address of another page."))]


def _complaints_about_limits(probe: Probe) -> list[Complaint]:
    complaints = []
    if not 0 < probe.timeout_s <= MAX_TIMEOUT_S:
        complaints.append(
            Complaint(field="timeout_s", message=f"must be above 0, at most {MAX_TIMEOUT_S:g}")
        )
    if not 0 <= probe.retries <= MAX_RETRIES:
        complaints.append(Complaint(field="retries", message=f"must be 0 to {MAX_RETRIES}"))
    return complaints


@transaction.atomic
def save_probe(probe: Probe, *, by: AbstractBaseUser | None) -> Probe:
    """Store a new or changed definition; who changes it becomes its author.

    Raises InvalidParams with every complaint.
    """
    if complaints := complaints_about(probe):
        raise InvalidParams(complaints)
    before = Probe.objects.filter(pk=probe.pk).first() if probe.pk else None
    if before is None or before.definition_hash != probe.definition_hash:
        probe.author = _person(by)
        # Cleared here too, so that a list can ask the database what waits for approval.
        probe.approved_hash, probe.approved_by, probe.approved_at = "", None, None
    probe.save()
    return probe


@transaction.atomic
def approve_probe(probe: Probe, *, by: AbstractBaseUser) -> Probe:
    """Pin the definition that `probe` holds, which is the one the person looked at.

    Raises OwnProbe (a PermissionDenied), ProbeChanged when the stored definition is another one
    by now, and InvalidParams when its kind no longer accepts it.
    """
    stored = Probe.objects.select_for_update().get(pk=probe.pk)
    if stored.definition_hash != probe.definition_hash:
        raise ProbeChanged(_("The definition was changed meanwhile. Look at it again."))
    if stored.author_id == by.pk and not settings.KNOWNFIX_SELF_APPROVAL:
        raise OwnProbe(_("Someone other than the author has to approve a probe."))
    if complaints := complaints_about(stored):
        raise InvalidParams(complaints)
    mark_approved(stored, by=by)
    probe.refresh_from_db()
    return probe


@transaction.atomic
def withdraw_approval(probe: Probe) -> bool:
    """It cannot run any more until somebody approves it again; False when nobody had."""
    approved = Probe.objects.filter(pk=probe.pk).exclude(approved_hash="")
    return bool(approved.update(approved_hash="", approved_by=None, approved_at=None))


def mark_approved(probe: Probe, *, by: AbstractBaseUser | None) -> None:
    """Write the approval down. Who may do so was decided before."""
    Probe.objects.filter(pk=probe.pk).update(
        approved_hash=probe.definition_hash, approved_by=_person(by), approved_at=Now()
    )


def _person(by: AbstractBaseUser | None) -> Any:
    return by if by is not None and by.is_authenticated else None
