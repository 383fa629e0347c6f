"""The incidents that come with the product: there from the first start, never over someone's edits."""

import logging
from pathlib import Path

from django.db import transaction

from incidents.ingest import BadIncident, decode, parse
from incidents.models import Incident
from incidents.services.file_imports import apply_incident_import, plan_incident_import

STARTER = Path(__file__).resolve().parent.parent / "starter"
logger = logging.getLogger(__name__)


@transaction.atomic
def load_starter_incidents(folder: Path = STARTER) -> list[Incident]:
    """Bring in the starter incidents that are not there yet. Answers those that came.

    An incident is a record: once it is there, it belongs to whoever keeps it and is left alone.
    One whose guide has lost what it names is left out with a warning: the guide was edited here.
    """
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.md"))]
    return [incident for file in files if _is_new(file[1]) for incident in _load(*file)]


def _is_new(content: bytes) -> bool:
    try:
        draft = parse(decode(content))
    except BadIncident:
        return True  # so that the plan says what is wrong with it
    return not Incident.objects.filter(public_id=draft.incident).exists()


def _load(name: str, content: bytes) -> list[Incident]:
    plan = plan_incident_import([(name, content)])
    for complaint in plan.complaints:
        logger.warning("a starter incident is left out: %s", complaint)
    return [] if plan.complaints else apply_incident_import(plan)
