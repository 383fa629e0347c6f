"""The guides that come with the product: loaded on every start, never over someone's edits."""

from pathlib import Path

import yaml
from django.db import transaction

from kb import ingest
from kb.ingest import BadGuide, GuideDraft
from kb.models import GuideRevision
from kb.services.guides.imports import apply_import, plan_import, stored_draft
from kb.services.guides.saving import Saved
from probes.models import Probe
from probes.services import load_probes

STARTER = Path(__file__).resolve().parents[2] / "starter"


@transaction.atomic
def load_starter(folder: Path = STARTER) -> list[Saved]:
    """Bring the starter probes and guides to what the files say. Answers what changed.

    One transaction; raises ImportRefused where a file is wrong.

    A guide whose newest revision is not a starter one was edited here and is left alone, and
    so are its translations; likewise a probe whose definition someone changed.
    """
    probes = folder / "probes.yaml"
    if probes.exists():
        load_probes(_without_edited_probes(probes.read_text("utf-8")), by=None, approve=True)
    edited = _edited_guides()
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.md"))]
    plan = plan_import([file for file in files if _is_wanted(*file, edited)])
    return apply_import(plan, by=None, source=GuideRevision.Source.STARTER)


def _is_wanted(name: str, content: bytes, edited: frozenset[str]) -> bool:
    """False for what is stored just so already, and for what someone made their own."""
    try:
        draft = ingest.parse(ingest.decode(content), filename=name)
    except BadGuide:
        return True  # so that the plan says what is wrong with it
    slug = draft.slug if isinstance(draft, GuideDraft) else draft.translates
    return slug not in edited and stored_draft(draft) != draft


def _edited_guides() -> frozenset[str]:
    revisions = GuideRevision.objects.order_by("number").values_list("guide__slug", "source")
    newest = dict(revisions)
    return frozenset(s for s, source in newest.items() if source != GuideRevision.Source.STARTER)


def _without_edited_probes(text: str) -> str:
    """The file without the probes that a person has changed: those have an author."""
    entries = yaml.safe_load(text)
    edited = set(
        Probe.objects.filter(slug__in=entries, author__isnull=False).values_list("slug", flat=True)
    )
    if not edited:
        return text
    kept = {slug: entry for slug, entry in entries.items() if slug not in edited}
    return str(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False))
