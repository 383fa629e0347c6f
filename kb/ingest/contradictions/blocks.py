"""The fenced code of a Markdown text, each line with its number in the document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^\s*(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fence's lines, without the fences themselves."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def blocks(text: str) -> Iterator[Block]:
    """An unclosed fence reaches to the end, as CommonMark has it."""
    closing, lines = "", list[Line]()
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if not closing:
            closing, lines = (fence["marks"] if fence else ""), []
        elif fence and not fence["info"].strip() and fence["marks"].startswith(closing):
            yield Block(lines=tuple(lines))
            closing = ""
        else:
            lines.append(Line(number=number, text=line))
    if closing:
        yield Block(lines=tuple(lines))
