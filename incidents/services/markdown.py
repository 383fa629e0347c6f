"""Markdown out of plain words: what people wrote stays words, whatever signs it holds."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

# An underscore inside a word stands for itself: ERR_CONNECTION_REFUSED.
_SIGNS = re.compile(r"[\\`*{}\[\]>#|]|(?<!\w)_|_(?!\w)")
# What begins a list where a line begins.
_BULLET = re.compile(r"^([-+])")
_NUMBER = re.compile(r"^(\d+)\.")
_ID = re.compile(r"[ \t]*\{#[^}]*\}[ \t]*$")
_TICKS = re.compile(r"`{3,}")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$")
_SMALLEST = 6


def inline(text: str) -> str:
    """The text on one line, as words."""
    # `<` and `&` cannot be escaped everywhere, so they become what HTML calls them.
    one_line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SIGNS.sub(r"\\\g<0>", one_line)
    return _NUMBER.sub(r"\1\\.", _BULLET.sub(r"\\\1", escaped))


def block(text: str) -> str:
    """The text as it stands, in a fence that nothing in it closes."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return f"{fence}text\n{body}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def section_about(report: str, names: Collection[str], *, level: int) -> str:
    """The report's section whose heading holds one of the names, as the author wrote it.

    Its own heading is left out; those below it are made to stand under a heading of `level`.
    """
    lines: list[str] = []
    depth = 0
    for heading, text in _lines(report):
        if depth and heading and len(heading[1]) <= depth:
            break
        if depth:
            lines.append(_lower(heading, by=level - depth) if heading else text)
        elif heading and any(name in heading[2].casefold() for name in names):
            depth = len(heading[1])
    return "\n".join(lines).strip("\n")


def _lines(report: str) -> Iterator[tuple[re.Match[str] | None, str]]:
    """Each line with the heading it is, if any; what stands in a fence is none."""
    fence = ""
    for line in report.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        yield (None if fence else _HEADING.match(line)), line


def _lower(heading: re.Match[str], *, by: int) -> str:
    marks = "#" * min(max(len(heading[1]) + by, 1), _SMALLEST)
    # An id of the report's own could be one of the page around it.
    return f"{marks} {_ID.sub('', heading[2])}"
