"""Words for a status that a document uses, and its own list of them does not have."""

import re
from dataclasses import dataclass

from kb.ingest.contradictions.blocks import Line, blocks

_WORD = r"[\"'][^\"'\n]{1,30}[\"']"
_STATED = re.compile(
    rf"\bstatus[\"']?\s*\??\s*[:=]{{1,3}}\s*(?P<words>{_WORD}(?:\s*\|\s*{_WORD})*)", re.I
)
_QUOTED = re.compile(r"[\"']([^\"'\n]+)[\"']")


@dataclass(frozen=True, kw_only=True)
class OddStatusWords:
    """`used` (a word with the line that has it first) are not among those `listed_at` lists."""

    used: tuple[tuple[str, int], ...]
    listed: tuple[str, ...]
    listed_at: int


def odd_status_words(text: str) -> list[OddStatusWords]:
    """For each list of status words (`status: 'OK' | 'WARN'`) of the Markdown's code.

    A list is taken for that of the words it has in common with the code: without any in common it
    is about something else.
    """
    stated = [
        (line, words) for block in blocks(text) for line in block.lines if (words := _words(line))
    ]
    lists = [(line, words) for line, words in stated if len(words) > 1]
    used: dict[str, int] = {}
    for line, words in stated:
        if len(words) == 1:
            used.setdefault(words[0], line.number)
    return [found for line, words in lists if (found := _odd(used, words, line.number))]


def _words(line: Line) -> tuple[str, ...]:
    match = _STATED.search(line.text)
    return tuple(_QUOTED.findall(match["words"])) if match else ()


def _odd(used: dict[str, int], listed: tuple[str, ...], line: int) -> OddStatusWords | None:
    odd = tuple((word, at) for word, at in used.items() if word not in listed)
    is_about_these = any(word in listed for word in used)
    if not odd or not is_about_these:
        return None
    return OddStatusWords(used=odd, listed=listed, listed_at=line)
