"""The first command of a guide's section that throws nothing away: what a person can begin with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kb.matching.sections import sections_of
from kb.models import Guide
from kb.rendering.commands import SHELLS, commands, is_destructive, is_wrong

_OPENING = re.compile(r"\s*(`{3,}|~{3,})\s*\{?\.?(\w*)")
# Going to a folder does nothing by itself: it is copied with the command that follows.
_GOES_THERE = re.compile(r"(?:cd|pushd|Set-Location)\s", re.IGNORECASE)
# A longer one is a script: it belongs on the guide's page, with the words around it.
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Command:
    text: str
    language: str


def first_command(guide: Guide, section: str) -> Command | None:
    """None where the section has none, or is not there."""
    return _first_of(guide.localized("body"), section) if section else None


@lru_cache(maxsize=256)
def _first_of(body: str, section: str) -> Command | None:
    for language, text, lead in _blocks(sections_of(body).get(section, "")):
        if not language or language not in SHELLS or is_wrong(text, lead=lead):
            continue
        if command := _first_safe(commands(text, language), language):
            return Command(text=command, language=language)
    return None


def _first_safe(lines: list[str], language: str) -> str:
    """Empty where each of them destroys something or is a whole script."""
    way: list[str] = []
    for line in lines:
        if _GOES_THERE.match(line):
            way.append(line.strip())
        elif len(line) <= _LONGEST and not is_destructive(line, language):
            return "\n".join([*way, line.strip()])
    return ""


def _blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Each fenced block: its language, its text, and the last line before it."""
    fence, language, lead = "", "", ""
    inside: list[str] = []
    for line in text.splitlines():
        if fence and line.strip().startswith(fence):
            yield language, "\n".join(inside), lead
            fence, lead, inside = "", "", []
        elif fence:
            inside.append(line.strip())
        elif opening := _OPENING.match(line):
            fence, language = opening[1], opening[2].lower()
        elif line.strip():
            lead = line
