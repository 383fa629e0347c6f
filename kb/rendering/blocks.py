"""Fenced blocks as they stand between a text's other lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_OPENING = re.compile(r"(?P<prefix>[ \t]*(?:>[ \t]?)*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block; `lead` is the line of text above it, also where other blocks are between.

    `label` is the line right above it, where that may say which system the block is for.
    """

    prefix: str
    language: str
    text: str
    lead: str = ""
    label: str = ""


def read_blocks(markdown: str) -> list[str | Block]:
    """The text's lines, and its blocks where they stood."""
    return list(_read(markdown.replace("\r\n", "\n").split("\n")))


def _read(lines: list[str]) -> Iterator[str | Block]:
    place, lead, label = 0, "", ""
    while place < len(lines):
        opening = _OPENING.fullmatch(lines[place])
        if opening is None:
            if lines[place].strip():
                lead = label = lines[place]
            yield lines[place]
            place += 1
            continue
        block, place = _block(lines, place, opening)
        yield replace(block, lead=lead, label=label)
        label = ""


def _block(lines: list[str], place: int, opening: re.Match[str]) -> tuple[Block, int]:
    """The block that opens at `place`, and the place after it; an open end runs to the bottom."""
    prefix, fence = opening["prefix"], opening["fence"]
    closing = re.compile(rf"[ \t>]*{re.escape(fence)}{re.escape(fence[0])}*[ \t]*")
    end = place + 1
    while end < len(lines) and not closing.fullmatch(lines[end]):
        end += 1
    text = "\n".join(_without(prefix, line) for line in lines[place + 1 : end])
    language = (opening["info"].split() or [""])[0].strip("{}.").lower()
    return Block(prefix=prefix, language=language, text=text), end + 1


def _without(prefix: str, line: str) -> str:
    if line.startswith(prefix):
        return line[len(prefix) :]
    return line.lstrip(" \t>") if ">" in prefix else line.lstrip(" \t")
