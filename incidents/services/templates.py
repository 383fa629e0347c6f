"""What a new report can begin with, and the templates that come with the product."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import get_language

from incidents.models import IncidentTemplate

STARTER = Path(__file__).resolve().parent.parent / "starter" / "templates"
_FENCE = "---\n"


@transaction.atomic
def load_starter_templates(folder: Path = STARTER) -> int:
    """Store the templates that are not there yet; answers how many. What was edited stays."""
    made = 0
    for path in sorted(folder.glob("*.md")):
        slug, language = path.stem.rsplit(".", 1)
        head, body = _parts(path)
        _template, is_new = IncidentTemplate.objects.get_or_create(
            slug=slug, language=language, defaults={**head, "report": body}
        )
        made += is_new
    return made


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    """The front matter (title, severity, position) and the Markdown below it."""
    _before, head, body = path.read_text("utf-8").split(_FENCE, 2)
    fields = yaml.safe_load(head)
    if unknown := set(fields) - {"title", "severity", "position"}:
        raise ValueError(f"{path}: {', '.join(sorted(unknown))} is not known in a template")
    return fields, body.lstrip("\n")


def templates_offered(language: str | None = None) -> list[IncidentTemplate]:
    """Each template once, in the reader's language where it is written in it."""
    wanted = (language or get_language() or "").split("-")[0]
    by_slug: dict[str, IncidentTemplate] = {}
    for template in IncidentTemplate.objects.order_by("position", "slug", "language"):
        if template.slug not in by_slug or template.language == wanted:
            by_slug[template.slug] = template
    return list(by_slug.values())
