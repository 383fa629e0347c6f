"""A guide's Markdown as the index reads it: its sections, its prose, its commands."""

import re
import unicodedata
from dataclasses import dataclass, replace

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_ID = re.compile(r"\{[^}]*?#([\w.-]+)[^}]*\}\s*$")
_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_INLINE_CODE = re.compile(r"`([^`\n]+)`")


def sections_of(body: str) -> dict[str, str]:
    """Section id -> its text, subsections included."""
    lines = body.splitlines()
    headings = _headings(lines)
    sections: dict[str, str] = {}
    for number, (at, level, name) in enumerate(headings):
        after = (line for line, deeper, _ in headings[number + 1 :] if deeper <= level)
        sections.setdefault(name, "\n".join(lines[at : next(after, len(lines))]))
    return sections


def _headings(lines: list[str]) -> list[tuple[int, int, str]]:
    headings = []
    for at, (line, is_code) in enumerate(_marked(lines)):
        if not is_code and (found := _HEADING.match(line)):
            headings.append((at, len(found[1]), _section_id(found[2])))
    return headings


def _section_id(heading: str) -> str:
    """The written `{#id}`, else the one python-markdown makes (`slugify_unicode`)."""
    if written := _ID.search(heading):
        return written[1]
    kept = re.sub(r"[^\w\s-]", "", unicodedata.normalize("NFKC", heading)).strip().lower()
    return re.sub(r"[-\s]+", "-", kept)


def _marked(lines: list[str]) -> list[tuple[str, bool]]:
    """Each line with whether it is inside a fenced block (or the fence itself)."""
    marked, fence = [], ""
    for line in lines:
        found = _FENCE.match(line)
        inside = bool(fence) or bool(found)
        marked.append((line, inside))
        if found and not fence:
            fence = found[1]
        elif found and line.strip().startswith(fence):
            fence = ""
    return marked


def prose_of(body: str) -> str:
    return "\n".join(line for line, is_code in _marked(body.splitlines()) if not is_code)


def code_of(body: str) -> str:
    marked = _marked(body.splitlines())
    blocks = [line for line, is_code in marked if is_code and not _FENCE.match(line)]
    inline = [
        code for line, is_code in marked if not is_code for code in _INLINE_CODE.findall(line)
    ]
    return "\n".join([*blocks, *inline])


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading's own part of a body, without its subsections; level 0 is what stands before.

    The texts of all sections of a body, put together, are that body.
    """

    id: str
    level: int
    title: str
    text: str


def split_sections(body: str) -> list[Section]:
    lines = body.splitlines(keepends=True)
    headings = _headings([line.rstrip("\r\n") for line in lines])
    starts = [at for at, _level, _name in headings]
    ends = [*starts[1:], len(lines)] if starts else []
    parts = [
        Section(
            id=name,
            level=level,
            title=_ID.sub("", lines[at].lstrip("#").strip()).strip(),
            text="".join(lines[at:end]),
        )
        for (at, level, name), end in zip(headings, ends, strict=True)
    ]
    before = "".join(lines[: starts[0] if starts else len(lines)])
    first = [Section(id="", level=0, title="", text=before)] if before.strip() else []
    if before and not first and parts:
        parts[0] = replace(parts[0], text=before + parts[0].text)
    return [*first, *parts]
