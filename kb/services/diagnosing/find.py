"""From a pasted text, or from a guide, to an investigation."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from kb.models import Guide, Investigation
from kb.services.cases.case_facts import remember_facts
from kb.services.cases.gaps import close_gap, count_gap
from kb.services.cases.reading import guides_for
from kb.services.diagnosing.parameters import merged, read_typed
from kb.services.guides.people import Person, person
from probes.engine.redact import redact, strip_controls

# A longer text keeps its beginning and its end: a log starts with what was started and ends
# with the error.
MAX_CHARS = 200_000
HEAD_CHARS = 20_000
TAIL_CHARS = 60_000
_CUT = "\n[…]\n"


@transaction.atomic
def find_fixes(
    text: str,
    *,
    by: Person = None,
    services: Sequence[str] = (),
    environment: str = "",
    typed: Mapping[str, Any] | None = None,
) -> Investigation:
    """Store the text, without its secrets, as an investigation that `diagnose` can read.

    What no published guide answers joins the search gaps; what one answers leaves them. Raises
    BadParameters for typed values that no matching guide can use; then nothing was stored.
    """
    kept, redactions = as_stored(text)
    investigation = Investigation(
        text=kept,
        truncated=len(text) > MAX_CHARS,
        redactions=redactions,
        services=list(services),
        environment=environment,
        started_by=person(by),
    )
    analysis, guides = guides_for(investigation)
    investigation.fingerprint = analysis.fingerprint
    investigation.typed = merged({}, read_typed(guides, typed or {}))
    investigation.save()
    remember_facts(investigation, analysis)
    if guides:
        _note_needed(guides)
        close_gap(investigation.fingerprint, guides[0])
    elif kept.strip():
        count_gap(investigation)
    return investigation


def _note_needed(guides: Sequence[Guide]) -> None:
    """Written once a day and guide; whoever holds a row at the moment writes the same."""
    today = timezone.now().date()
    new_today = [guide.pk for guide in guides if guide.matched_on != today]
    if new_today:
        free = Guide.objects.select_for_update(skip_locked=True).filter(pk__in=new_today)
        Guide.objects.filter(pk__in=[guide.pk for guide in free.only("pk")]).update(
            matched_on=today
        )


@transaction.atomic
def start_from_guide(guide: Guide, *, by: Person) -> Investigation:
    """An investigation of one guide, without a paste: its parameters are typed or bound."""
    _note_needed([guide])
    return Investigation.objects.create(
        text="",
        fingerprint=f"guide:{guide.slug}",
        services=[service.slug for service in guide.services.all()],
        guide=guide,
        started_by=person(by),
    )


def as_stored(text: str) -> tuple[str, dict[str, int]]:
    """The text as it is stored, and how many values of each sort were masked.

    Masked before it is cut: a secret halved by the cut would no longer look like one.
    """
    masked = redact(unicodedata.normalize("NFC", strip_controls(text)))
    kept = masked.text
    if len(text) > MAX_CHARS and len(kept) > HEAD_CHARS + TAIL_CHARS:
        kept = kept[:HEAD_CHARS] + _CUT + kept[-TAIL_CHARS:]
    return kept, dict(masked.counts)
