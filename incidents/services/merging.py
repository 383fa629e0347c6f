"""Two incidents that turned out to be one: the duplicate keeps its rows and points at the other."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident, StatusChange
from incidents.services.errors import CannotMerge
from incidents.services.moving import locked, record_step

# Longer chains than this are a mistake somewhere; reading must end.
_LONGEST_CHAIN = 50


@transaction.atomic
def merge(incident: Incident, *, into: Incident, by: User | None) -> Incident:
    """Close `incident` as a duplicate; answers the incident that now stands for both.

    Merging into a duplicate means merging into what that one was merged into. A closed duplicate
    keeps a step from closed to closed, so that parting them finds what it was. Raises CannotMerge
    for itself, a circle, one that is a duplicate already, and for an open one into a settled one.
    """
    stored, whole = _locked_pair(incident, into)
    _refuse(stored, whole)
    now = timezone.now()
    record_step(stored, to=Incident.Status.CLOSED, by=by, at=now, now=now)
    stored.merged_into = whole
    stored.save(update_fields=["merged_into"])
    incident.refresh_from_db()
    return whole


@transaction.atomic
def unmerge(incident: Incident, *, by: User | None) -> StatusChange:
    """Take a duplicate out again; it stands where it stood before. Raises CannotMerge."""
    stored = locked(incident)
    if stored.merged_into_id is None:
        raise CannotMerge(_("This incident was not merged into another one."))
    merging = stored.status_changes.last()
    assert merging is not None
    stored.merged_into = None
    stored.save(update_fields=["merged_into"])
    now = timezone.now()
    change = record_step(stored, to=merging.was, by=by, at=now, now=now)
    incident.refresh_from_db()
    return change


def root_of(incident: Incident) -> Incident:
    """What the incident is part of in the end; itself where it is no duplicate."""
    for _step in range(_LONGEST_CHAIN):
        if incident.merged_into is None:
            break
        incident = incident.merged_into
    return incident


def duplicates_of(incident: Incident) -> list[Incident]:
    """What was merged into it, and into those: one query for each level."""
    found: dict[int, Incident] = {}
    level: Iterable[int] = [incident.pk]
    while level:
        rows = Incident.objects.filter(merged_into__in=level).exclude(pk__in=found)
        merged = list(
            rows.select_related(
                "investigation__started_by", "investigation__concluded_by", "reporter"
            ).order_by("pk")
        )
        found |= {one.pk: one for one in merged}
        level = [one.pk for one in merged]
    return list(found.values())


def _locked_pair(incident: Incident, into: Incident) -> tuple[Incident, Incident]:
    """Both under lock, the older first, so that two merges at once never wait for each other."""
    root = root_of(Incident.objects.get(pk=into.pk))
    rows = Incident.objects.select_for_update().order_by("pk")
    by_pk = {row.pk: row for row in rows.filter(pk__in=[incident.pk, root.pk])}
    return by_pk[incident.pk], by_pk[root.pk]


def _refuse(incident: Incident, whole: Incident) -> None:
    if whole.merged_into_id:
        raise CannotMerge(_("Something changed in between: look at it again."))
    if incident.merged_into_id:
        raise CannotMerge(_("This incident was already merged: take it out first."))
    if incident.pk == whole.pk:
        raise CannotMerge(_("An incident cannot become part of itself."))
    if incident.is_open and not whole.is_open:
        words = {"id": whole.public_id, "status": whole.get_status_display()}
        raise CannotMerge(
            _("%(id)s is “%(status)s”, this one still goes on: reopen that one first.") % words
        )
