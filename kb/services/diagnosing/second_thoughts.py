"""What a person says a moment after they said what came of a repair: a word more, or "not so"."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kb.models import Attempt, Investigation
from kb.services.cases.reopening import take_back
from kb.services.diagnosing.errors import CannotConclude
from kb.services.guides.people import Person, person
from probes.services import masked

# Long enough to notice a wrong click, and too short for anybody to have built on the record.
UNDO_FOR = timedelta(minutes=10)


def may_undo(attempt: Attempt, *, by: Person) -> bool:
    """Only who said it, only the last word of the case, and only a short while."""
    someone = person(by)
    if someone is None or attempt.by_id != someone.pk:
        return False
    is_recent = attempt.at > timezone.now() - UNDO_FOR
    return (
        is_recent
        and not Attempt.objects.filter(
            investigation=attempt.investigation_id, position__gt=attempt.position
        ).exists()
    )


@transaction.atomic
def undo_outcome(attempt: Attempt, *, by: Person) -> None:
    """As if it had not been said: the attempt goes, and a case that it closed is open again.

    Raises CannotConclude where it is too late, or somebody else's word.
    """
    case = Investigation.objects.select_for_update().get(pk=attempt.investigation_id)
    if not may_undo(attempt, by=by):
        raise CannotConclude(_("It is too late to undo this. Say what came of it since instead."))
    closed_it = attempt.outcome == Attempt.Outcome.WORKED
    attempt.delete()
    if closed_it:
        take_back(case, reason="")


def add_remark(attempt: Attempt, remark: str, *, by: Person) -> None:
    """What was different this time, in a line; only who said the outcome may add to it."""
    someone = person(by)
    if someone is None or attempt.by_id != someone.pk:
        raise CannotConclude(_("Only who said what came of it can add to that."))
    attempt.note = "\n".join(filter(None, [attempt.note, masked(remark).strip()]))
    attempt.save(update_fields=["note"])
