"""Where a guide's links lead, and the documents it names: what of it is not there.

Links within the base are looked up. What leads elsewhere is never fetched: whether it still
answers is not checked, and counted as that.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from django.urls import Resolver404, resolve

from kb.matching.sections import sections_of

_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_CODE = re.compile(r"`+[^`\n]*`+")
_LINK = re.compile(r"!?\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'(][^)\n]*)?\)")
_DEFINED = re.compile(r"^\s{0,3}\[[^\]\n]+\]:\s+<?(\S+?)>?\s*$")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_GUIDE = re.compile(r"(?:/g/(?P<address>[\w-]+)/?|(?:\./)?(?P<file>[^/?#:]+)\.md)")
# A document's name in the text: `docs/REFERENCE.md`. What every repository has names none.
_DOCUMENT = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w-][\w.-]*\.md(?![\w-])")
_EVERYWHERE = frozenset({"readme.md", "changelog.md", "contributing.md", "license.md", "agents.md"})


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link or a document's name in a body. `section` is the one it stands in."""

    target: str
    line: int
    section: str
    is_name_only: bool = False

    @property
    def is_external(self) -> bool:
        return not self.is_name_only and bool(_SCHEME.match(self.target))


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What links may lead to: the sections of the guides that can be read, by slug."""

    sections: Mapping[str, Collection[str]]


def dead_links(body: str, *, slug: str, shelf: Shelf) -> list[Link]:
    """The links and document names of a body that lead nowhere, in its order."""
    return [link for link in links_of(body) if not _leads(link, body, slug, shelf)]


def external_links(body: str) -> list[Link]:
    """What leads out of the base, and was not checked."""
    return [link for link in links_of(body) if link.is_external]


def guides_named(body: str) -> set[str]:
    """The slugs of the guides that a body's links lead to, where they exist."""
    return {slug for link in links_of(body) if (slug := _guide_in(link))}


@lru_cache(maxsize=2048)
def links_of(body: str) -> tuple[Link, ...]:
    """Every link of a Markdown body outside its code, and every document it names."""
    return tuple(_links(body))


@lru_cache(maxsize=2048)
def section_names(body: str) -> frozenset[str]:
    return frozenset(sections_of(body))


def _may_name(text: str) -> bool:
    """Whether a link or a document's name can be in it: most lines hold neither."""
    return "](" in text or "]:" in text or ".md" in text


def _links(body: str) -> Iterator[Link]:
    if not _may_name(body):
        return
    section, by_line = "", _sections_by_line(body)
    for number, (line, is_code) in enumerate(_lines(body), start=1):
        section = by_line.get(number, section)
        if is_code or not _may_name(line):
            continue
        without_code = _CODE.sub(lambda code: " " * len(code[0]), line)
        linked = [*_LINK.findall(without_code), *_DEFINED.findall(without_code)]
        for target in linked:
            yield Link(target=target, line=number, section=section)
        for name in _DOCUMENT.findall(_LINK.sub("", _DEFINED.sub("", line))):
            if name.rpartition("/")[2].lower() not in _EVERYWHERE:
                yield Link(target=name, line=number, section=section, is_name_only=True)


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    fence = ""
    for line in body.splitlines():
        found = _FENCE.match(line)
        yield line, bool(fence or found)
        if found and not fence:
            fence = found[1]
        elif found and line.strip().startswith(fence):
            fence = ""


def _sections_by_line(body: str) -> dict[int, str]:
    """The section that begins on a line, by the line's number."""
    lines = body.splitlines()
    begins: dict[int, str] = {}
    start = 0
    for name, text in sections_of(body).items():
        first = text.partition("\n")[0]
        start = lines.index(first, start) if first in lines[start:] else lines.index(first)
        begins[start + 1] = name
    return begins


def _leads(link: Link, body: str, slug: str, shelf: Shelf) -> bool:
    if link.is_external:
        return True
    path, fragment = _parts(link)
    other = slug if not path else _guide_in(link)
    if not other:
        return path.startswith("/") and _is_page(path)
    known = section_names(body) if other == slug else shelf.sections.get(other)
    return known is not None and (not fragment or fragment in known)


def _parts(link: Link) -> tuple[str, str]:
    path, _hash, fragment = unquote(link.target).partition("#")
    return path.partition("?")[0], fragment


def _guide_in(link: Link) -> str:
    """The slug of the guide that a link leads to or a document's name means; else empty."""
    path, _fragment = _parts(link)
    found = _GUIDE.fullmatch(path.rpartition("/")[2] if link.is_name_only else path)
    if found is None:
        return ""
    return found["address"] or str(found["file"]).removesuffix(".ko").removesuffix(".en")


def _is_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
