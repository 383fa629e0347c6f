"""How the checks beside a guide look: a sign, a word and a colour for each state."""

from django import template

from kb.models import Guide
from kb.services.diagnosing.answers import CheckState
from kb.services.guides.headings import heading_of
from probes.templatetags.states import LOOKS, NEVER_RUN, Look

register = template.Library()


@register.filter
def look(status: str) -> Look:
    """An empty status is a check that nobody looked at."""
    return LOOKS.get(status, NEVER_RUN)


@register.filter
def mark_of(marks: dict[str, CheckState], section: str) -> CheckState | None:
    """The check that stands beside a section of the article, if any."""
    return marks.get(section)


@register.filter
def heading(guide: Guide, section: str) -> str:
    return heading_of(guide, section)
