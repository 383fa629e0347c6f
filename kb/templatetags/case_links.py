"""Where a guide is read in the context of an investigation."""

from collections.abc import Mapping
from typing import Any

from django import template

from kb.models import Guide

register = template.Library()


@register.simple_tag(takes_context=True)
def guide_in_case(context: Mapping[str, Any], guide: Guide, section: str = "") -> str:
    """The guide at a section, with the page's investigation as its case."""
    address = guide.get_absolute_url()
    if investigation := context.get("investigation"):
        address += f"?case={investigation.public_id}"
    return f"{address}#{section}" if section else address
