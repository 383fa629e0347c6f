"""The number beside Review in the frame of every page."""

from django import template

from kb.services.upkeep.review_count import Counted, known_count

register = template.Library()


@register.inclusion_tag("parts/review_badge.html")
def review_badge() -> dict[str, Counted | None]:
    """What is known costs no query; what is not is fetched after the page."""
    return {"counted": known_count()}
