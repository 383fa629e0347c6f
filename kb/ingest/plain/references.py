"""Other documents and scripts that this one relies on."""

import re
from collections.abc import Iterator, Sequence

from kb.ingest.plain.lines import Line
from kb.ingest.plain.proposals import Proposal, Reference

_LINK = re.compile(r"\[[^\]\n]{0,200}\]\(([^)\s]{1,300})\)")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#|//)", re.IGNORECASE)
_FILE = re.compile(r"[\w./\\-]{1,150}\.(?:md|pdf|docx?|ps1|sh|xlsx)\b")


def references(lines: Sequence[Line]) -> Iterator[Proposal]:
    """Each document or script once, at the first line that names it."""
    seen: set[str] = set()
    for line in lines:
        for target in _in_line(line):
            if target not in seen:
                seen.add(target)
                yield Proposal(
                    line=line.number,
                    source=line.text,
                    title=target,
                    becomes=Reference(target=target),
                    section=line.section.number,
                )


def _in_line(line: Line) -> Iterator[str]:
    if line.is_code:
        names = [word for word in line.text.split()[:40] if word.startswith((".\\", "./"))]
        yield from (name for name in names if _FILE.fullmatch(name) and "ctivate" not in name)
    elif line.is_prose:
        linked = [target for target in _LINK.findall(line.text) if not _ELSEWHERE.match(target)]
        yield from linked
        if not linked:
            yield from _FILE.findall(line.text)
