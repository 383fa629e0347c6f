"""A conclusion that did not hold: the case is open again, and its repair helped only for a while."""

from django.db import transaction

from kb.models import Attempt, CaseFact, Investigation
from probes.services import masked


@transaction.atomic
def take_back(investigation: Investigation, *, reason: str) -> None:
    """Open the investigation again; what seemed to work is kept as having helped in part.

    Later cases no longer find it as solved. Nothing happens where nothing was concluded.
    """
    stored = Investigation.objects.select_for_update().get(pk=investigation.pk)
    if stored.concluded_at is None:
        return
    _worked_only_for_a_while(stored, reason)
    stored.concluded_at = stored.concluded_by = None
    stored.concluded_cause = stored.concluded_resolution = None
    stored.confirmation = ""
    stored.save(
        update_fields=[
            "concluded_at",
            "concluded_by",
            "concluded_cause",
            "concluded_resolution",
            "confirmation",
        ]
    )
    stored.verified_by.clear()
    CaseFact.objects.filter(investigation=stored).update(is_concluded=False)
    investigation.refresh_from_db()


def _worked_only_for_a_while(investigation: Investigation, reason: str) -> None:
    attempt = investigation.attempts.filter(outcome=Attempt.Outcome.WORKED).last()
    if attempt is None:
        return
    attempt.outcome = Attempt.Outcome.PARTLY
    attempt.note = "\n".join(filter(None, [attempt.note, masked(reason).strip()]))
    attempt.save(update_fields=["outcome", "note"])
