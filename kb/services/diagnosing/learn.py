"""How an investigation ends, and what the base remembers of it."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kb.models import Attempt, Cause, Investigation, Resolution
from kb.services.cases.case_facts import open_to_others
from kb.services.diagnosing.answers import RankedCause
from kb.services.diagnosing.confirmation import Confirmation, confirmation_of
from kb.services.diagnosing.differences import NOTHING_TO_COMPARE, Verification
from kb.services.diagnosing.errors import CannotConclude
from kb.services.diagnosing.ranking import diagnose
from kb.services.guides.people import Person, person
from probes.services import masked

_WHAT_LENGTH = 300


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a person said came of a repair, and what the verifying checks had proposed.

    `proposed` is empty where nothing could be proposed.
    """

    attempt: Attempt
    proposed: str

    @property
    def agreed(self) -> bool | None:
        """Whether the person said what was proposed; None where nothing was."""
        return self.attempt.outcome == self.proposed if self.proposed else None


@transaction.atomic
def record_outcome(
    investigation: Investigation,
    resolution: Resolution,
    *,
    outcome: str,
    by: Person,
    note: str = "",
    was_cause: bool | None = None,
    implies_cause: bool = True,
) -> Recorded:
    """Write down what came of it; where it worked, the case is closed.

    What verified it is kept, and what confirms the cause: `was_cause` is what the person says of
    that, None without a word; whether the outcome then is one on the cause, too, is
    `implies_cause`. The same answer again changes nothing. Raises CannotConclude for
    advice to leave something alone, and when something else already fixed it.
    """
    stored = Investigation.objects.select_for_update().get(pk=investigation.pk)
    if resolution.kind == Resolution.Kind.AVOID:
        raise CannotConclude(_("This says what to leave alone; it cannot be what fixed it."))
    worked = outcome == Attempt.Outcome.WORKED
    # Read before the end is written, which ends the time that is compared.
    ranked, verification = _found(stored, resolution)
    proposed = verification.proposal.outcome
    if worked and stored.concluded_at is not None:
        return Recorded(attempt=_same_conclusion(stored, resolution), proposed=proposed)
    attempt = _attempt(stored, resolution, outcome=outcome, by=person(by), note=note)
    if worked:
        stored.confirmation = confirmation_of(
            resolution,
            ranked,
            verification,
            was_cause=was_cause,
            implies_cause=implies_cause,
            by=person(by),
        )
        _close(stored, resolution, verification, by=person(by))
        investigation.refresh_from_db()
    return Recorded(attempt=attempt, proposed=proposed)


def conclude(
    investigation: Investigation,
    resolution: Resolution,
    *,
    worked: bool,
    by: Person,
    note: str = "",
) -> Attempt:
    """`record_outcome` for who only knows whether it worked."""
    outcome = Attempt.Outcome.WORKED if worked else Attempt.Outcome.FAILED
    recorded = record_outcome(investigation, resolution, outcome=outcome, by=by, note=note)
    return recorded.attempt


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
def conclude_cause(
    investigation: Investigation, cause: Cause, *, by: Person, is_presumed: bool = False
) -> None:
    """The cause is known, what fixed it is no written resolution.

    A person's word confirms it, unless they only presume it.
    """
    is_word = person(by) is not None and not is_presumed
    investigation.concluded_cause = cause
    investigation.confirmation = Confirmation.PERSON if is_word else Confirmation.PRESUMED
    _end(investigation, by=person(by))


def _found(
    investigation: Investigation, resolution: Resolution
) -> tuple[RankedCause | None, Verification]:
    """The resolution's cause as the diagnosis has it, and what its checks saw."""
    for ranked in diagnose(investigation).causes:
        for view in ranked.resolutions:
            if view.resolution == resolution:
                return ranked, view.verification
    return None, NOTHING_TO_COMPARE


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
    outcome: str,
    by: User | None,
    note: str,
) -> Attempt:
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


def _close(
    investigation: Investigation,
    resolution: Resolution,
    verification: Verification,
    *,
    by: User | None,
) -> None:
    investigation.concluded_cause = resolution.cause
    investigation.concluded_resolution = resolution
    _end(investigation, by=by)
    investigation.verified_by.set(
        one.after
        for one in verification.compared
        if one.after is not None and one.after_status == "OK"
    )


def _end(investigation: Investigation, *, by: User | None) -> None:
    investigation.concluded_at = timezone.now()
    investigation.concluded_by = by
    investigation.save(
        update_fields=[
            "concluded_at",
            "concluded_by",
            "concluded_cause",
            "confirmation",
            "concluded_resolution",
        ]
    )
    open_to_others(investigation)
