"""The way of an incident from open to closed, as the page draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident
from incidents.services.moving import ORDER


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`at` is when it was last reached; None where it was skipped, taken back or is still ahead."""

    status: str
    label: str
    is_here: bool
    is_past: bool
    at: datetime | None


def stages_of(incident: Incident) -> Sequence[Stage]:
    here = ORDER.index(incident.status)
    reached = {str(Incident.Status.OPEN): incident.started_at}
    reached |= {change.became: change.at for change in incident.status_changes.all()}
    return [
        Stage(
            status=status,
            label=str(label),
            is_here=place == here,
            is_past=place < here,
            at=reached.get(status) if place <= here else None,
        )
        for place, (status, label) in enumerate(Incident.Status.choices)
    ]
