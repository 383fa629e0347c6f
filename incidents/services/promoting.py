"""From an incident to a guide: what its record proposes, and a draft of what was chosen."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from incidents.models import Incident
from kb.models import Attempt, Cause, Guide, GuideRevision, Investigation
from kb.services.authoring.drafting import (
    Chosen,
    Look,
    Proposed,
    Told,
    guide_draft,
    looks_of,
    proposed_symptoms,
)
from kb.services.authoring.extending import extend_guide
from kb.services.authoring.found_checks import FoundCheck, found_checks
from kb.services.authoring.symptom_hits import kin_of
from kb.services.guides.people import Person, person
from kb.services.guides.saving import save_guide


def told_by(incident: Incident) -> Told:
    """What the incident and those merged into it tell, read in a fixed number of queries."""
    cases = cases_of(incident)
    attempts = Attempt.objects.filter(investigation__in=cases).select_related("resolution")
    looks = looks_of(cases)
    return Told(
        title=incident.title,
        language=_language(incident),
        investigations=tuple(cases),
        report=incident.report,
        looks=looks,
        found=_not_run(found_checks(case.text for case in cases), looks),
        attempts=tuple(attempts.order_by("at", "position", "pk")),
        services=frozenset(one.slug for one in incident.services.all()),
    )


def proposed(incident: Incident, told: Told, *, cause: Cause | None = None) -> list[Proposed]:
    """Symptoms with their hits: right are this incident's, its recurrences' and the cause's."""
    return proposed_symptoms(told, kin_of(told.investigations, {cause.pk} if cause else ()))


@transaction.atomic
def promote(incident: Incident, chosen: Chosen, *, told: Told, by: Person) -> Guide:
    """Write a new guide from the incident. Raises BadGuide; nothing is stored then."""
    draft = guide_draft(told, chosen)
    source = GuideRevision.Source.ADMIN
    saved = save_guide(draft, by=person(by), source=source, note=incident.public_id)
    incident.guides.add(saved.guide)
    return saved.guide


@transaction.atomic
def add_to_guide(
    incident: Incident, cause: Cause, chosen: Chosen, *, told: Told, by: Person
) -> Guide:
    """Add what was chosen to a cause of an existing guide. Raises BadGuide and ValueError."""
    note = incident.public_id
    saved = extend_guide(cause, chosen, failed=told.failed, by=by, note=note)
    incident.guides.add(saved.guide)
    return saved.guide


def cases_of(incident: Incident) -> list[Investigation]:
    """The investigations of the incident and of all that were merged into it."""
    found = Investigation.objects.filter(incidents__in=[incident.pk, *_merged(incident)])
    return list(found.distinct().order_by("pk"))


def _not_run(found: Iterable[FoundCheck], looks: Sequence[Look]) -> tuple[FoundCheck, ...]:
    """What was run with the same values needs no suggestion."""
    ran = [
        (look.item.probe_slug, {k: str(v) for k, v in look.item.values.items()}) for look in looks
    ]
    return tuple(one for one in found if (one.probe, dict(one.values)) not in ran)


def _merged(incident: Incident) -> list[int]:
    """Merged incidents at any depth."""
    found: list[int] = []
    level = [incident.pk]
    while level:
        level = list(Incident.objects.filter(merged_into__in=level).values_list("pk", flat=True))
        found += level
    return found


def _language(incident: Incident) -> str:
    wanted = incident.language or (get_language() or "").split("-")[0]
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGES[0][0]
