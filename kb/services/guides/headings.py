"""The heading under which a cause stands, in the reader's language."""

import re
from collections.abc import Mapping
from functools import lru_cache

from kb.matching.sections import sections_of
from kb.models import Guide

_MARKUP = re.compile(r"^#{1,6}[ \t]+|[ \t]*\{[^}]*\}[ \t]*$|[ \t]+#+[ \t]*$|[`*]+")


def heading_of(guide: Guide, section: str) -> str:
    """Empty where there is no such section."""
    return _headings(guide.localized("body")).get(section, "") if section else ""


@lru_cache(maxsize=128)
def _headings(body: str) -> Mapping[str, str]:
    first_lines = {name: text.partition("\n")[0] for name, text in sections_of(body).items()}
    return {name: _MARKUP.sub("", line).strip() for name, line in first_lines.items()}
