"""How an investigation ends, and what the base remembers of it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kb.models import Attempt, Cause, Investigation, Resolution
from kb.services.case_facts import open_to_others
from kb.services.errors import CannotConclude
from kb.services.people import Person, person
from kb.services.ranking import diagnose
from probes.models import Run
from probes.services import masked

_WHAT_LENGTH = 300


@transaction.atomic
def conclude(
    investigation: Investigation,
    resolution: Resolution,
    *,
    worked: bool,
    by: Person,
    note: str = "",
) -> Attempt:
    """Write down that this was tried and whether it worked; when it did, the case is closed.

    The newest OK run of each of its verifying checks is kept as what verified it. The same
    answer again changes nothing. Raises CannotConclude for advice to leave something alone, and
    when something else already fixed it.
    """
    stored = Investigation.objects.select_for_update().get(pk=investigation.pk)
    if resolution.kind == Resolution.Kind.AVOID:
        raise CannotConclude(_("This says what to leave alone; it cannot be what fixed it."))
    if worked and stored.concluded_at is not None:
        return _same_conclusion(stored, resolution)
    attempt = _attempt(stored, resolution, worked=worked, by=person(by), note=note)
    if worked:
        _close(stored, resolution, by=person(by))
        investigation.refresh_from_db()
    return attempt


@transaction.atomic
def conclude_in_words(investigation: Investigation, what: str, *, by: Person) -> Attempt:
    """What fixed it stands in no guide: the words are kept, and the same error finds them.

    Raises CannotConclude when something else already fixed it.
    """
    stored = Investigation.objects.select_for_update().get(pk=investigation.pk)
    if stored.concluded_at is not None:
        raise CannotConclude(_("This investigation was already concluded."))
    words = masked(what).strip()
    first_line = words.partition("\n")[0][:_WHAT_LENGTH]
    attempt = stored.attempts.create(
        what=first_line,
        outcome=Attempt.Outcome.WORKED,
        note="" if words == first_line else words,
        by=person(by),
        position=_next_position(stored),
    )
    _end(stored, by=person(by))
    investigation.refresh_from_db()
    return attempt


@transaction.atomic
def conclude_cause(investigation: Investigation, cause: Cause, *, by: Person) -> None:
    """The cause is known, what fixed it is no written resolution."""
    investigation.concluded_cause = cause
    _end(investigation, by=person(by))


def _same_conclusion(investigation: Investigation, resolution: Resolution) -> Attempt:
    earlier = investigation.attempts.filter(
        resolution=resolution, outcome=Attempt.Outcome.WORKED
    ).last()
    if investigation.concluded_resolution_id != resolution.pk or earlier is None:
        raise CannotConclude(_("This investigation was already concluded."))
    return earlier


def _attempt(
    investigation: Investigation,
    resolution: Resolution,
    *,
    worked: bool,
    by: User | None,
    note: str,
) -> Attempt:
    outcome = Attempt.Outcome.WORKED if worked else Attempt.Outcome.FAILED
    return investigation.attempts.create(
        what=resolution.title[:_WHAT_LENGTH],
        resolution=resolution,
        outcome=outcome,
        note=masked(note),
        by=by,
        position=_next_position(investigation),
    )


def _next_position(investigation: Investigation) -> int:
    last = investigation.attempts.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _close(investigation: Investigation, resolution: Resolution, *, by: User | None) -> None:
    # Read before the end is written: afterwards nothing is verified any more.
    verified_by = _verified_by(investigation, resolution)
    investigation.concluded_cause = resolution.cause
    investigation.concluded_resolution = resolution
    _end(investigation, by=by)
    investigation.verified_by.set(verified_by)


def _end(investigation: Investigation, *, by: User | None) -> None:
    investigation.concluded_at = timezone.now()
    investigation.concluded_by = by
    investigation.save(
        update_fields=[
            "concluded_at",
            "concluded_by",
            "concluded_cause",
            "concluded_resolution",
        ]
    )
    open_to_others(investigation)


def _verified_by(investigation: Investigation, resolution: Resolution) -> list[Run]:
    for cause in diagnose(investigation).causes:
        for view in cause.resolutions:
            if view.resolution == resolution:
                return [s.run for s in view.verify if s.run is not None and s.status == "OK"]
    return []
