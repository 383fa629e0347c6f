"""What an author may want to look at in a guide's text, each with its line. Nothing here refuses."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from django.utils.translation import gettext as _

from kb.rendering import render

_FENCE = re.compile(r"[ \t]*(?:>[ \t]?)*(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_OWN_ID = re.compile(r"^#{1,6}[ \t].*\{#(?P<id>[\w][\w:.-]*)\}\s*$")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)[^)\n]*\)")
_GUIDE_FILE = re.compile(r"(?:\./)?(?P<slug>[^/?#:]+)\.md(?:#.*)?")
_PROBE_PAGE = re.compile(r"/probes/(?P<slug>[-\w]+)/(?:[?#].*)?")
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class TextWarning:
    """`line` counts from 1; 0 where it is about the guide and no line of its text."""

    line: int
    said: str


@dataclass(frozen=True, kw_only=True)
class AboutText:
    """What a text is read beside.

    `sections` are the headings that parts of the guide point at, each with the names of those
    parts. `guides` are the slugs that links may lead to. `untranslated` are the languages, by
    name, that the guide is not written in. `probes` are the slugs there are, among those that
    links name. `lost_checks` are checks that evidence asks and the guide does not have, each with
    the names of the causes.
    """

    sections: Mapping[str, Collection[str]] = field(default_factory=dict)
    guides: Collection[str] = ()
    untranslated: Collection[str] = ()
    probes: Collection[str] = ()
    lost_checks: Mapping[str, Collection[str]] = field(default_factory=dict)


def warnings_of(body: str, about: AboutText) -> list[TextWarning]:
    """In the order of the text's lines; what is about no line comes last."""
    lines = list(_marked(body.replace("\r\n", "\n").split("\n")))
    found = [*_fences(lines), *_ids(lines), *_links(lines, about)]
    found += [*_sections(body, about.sections), *_checks(about.lost_checks)]
    found += _translations(about.untranslated)
    return sorted(found, key=lambda one: (one.line == 0, one.line))


def linked_guides(body: str) -> set[str]:
    """The slugs of the guides that the text links to, whether they are there or not."""
    files = (_GUIDE_FILE.fullmatch(unquote(found["target"])) for found in _LINK.finditer(body))
    return {found["slug"] for found in files if found}


def linked_probes(body: str) -> set[str]:
    """The slugs of the probes whose pages the text links to, whether they are there or not."""
    pages = (_PROBE_PAGE.fullmatch(unquote(found["target"])) for found in _LINK.finditer(body))
    return {found["slug"] for found in pages if found}


@dataclass(frozen=True, kw_only=True)
class _Line:
    number: int
    text: str
    # `open` and `close` for the fences themselves, `code` between them, else empty.
    part: str
    language: str = ""


def _marked(lines: list[str]) -> Iterator[_Line]:
    fence = ""
    for number, text in enumerate(lines, start=1):
        found = _FENCE.fullmatch(text)
        if fence:
            ends = found and found["fence"].startswith(fence) and not found["info"].strip()
            fence = "" if ends else fence
            yield _Line(number=number, text=text, part="close" if ends else "code")
        elif found:
            fence = found["fence"]
            yield _Line(number=number, text=text, part="open", language=found["info"].strip())
        else:
            yield _Line(number=number, text=text, part="")


def _fences(lines: list[_Line]) -> Iterator[TextWarning]:
    opened = None
    for line in lines:
        if line.part == "open":
            opened = line
            if not line.language:
                said = _("This code block does not say its language: ```bash, ```powershell …")
                yield TextWarning(line=line.number, said=said)
        elif line.part == "close":
            opened = None
    if opened is not None:
        said = _("This code block is never closed, so everything below it is code.")
        yield TextWarning(line=opened.number, said=said)


def _ids(lines: list[_Line]) -> Iterator[TextWarning]:
    seen: Counter[str] = Counter()
    for line in lines:
        if line.part or not (found := _OWN_ID.match(line.text)):
            continue
        seen[found["id"]] += 1
        if seen[found["id"]] == 2:
            said = _("The name {#%(name)s} stands on more than one heading.")
            yield TextWarning(line=line.number, said=said % {"name": found["id"]})


def _links(lines: list[_Line], about: AboutText) -> Iterator[TextWarning]:
    for line in lines:
        if line.part:
            continue
        for found in _LINK.finditer(_INLINE_CODE.sub("", line.text)):
            if said := _of_link(found[0].startswith("!"), found["target"], about):
                yield TextWarning(line=line.number, said=said)


def _of_link(is_image: bool, target: str, about: AboutText) -> str:
    if is_image and _REMOTE.match(target):
        return _(
            "A picture on another host is shown as a link only. Paste the picture here instead."
        )
    guide = _GUIDE_FILE.fullmatch(unquote(target))
    if guide and not is_image and guide["slug"] not in about.guides:
        return _("There is no published guide %(name)s to link to.") % {"name": guide["slug"]}
    probe = _PROBE_PAGE.fullmatch(unquote(target))
    if probe and not is_image and probe["slug"] not in about.probes:
        return _("There is no probe %(name)s to link to.") % {"name": probe["slug"]}
    return ""


def _sections(body: str, wanted: Mapping[str, Collection[str]]) -> Iterator[TextWarning]:
    known = {heading.id for heading in render(body).toc} if wanted else set()
    for name in sorted(wanted.keys() - known):
        said = _("No heading carries {#%(name)s}, where these point: %(parts)s")
        parts = ", ".join(sorted(wanted[name]))
        yield TextWarning(line=0, said=said % {"name": name, "parts": parts})


def _checks(lost: Mapping[str, Collection[str]]) -> Iterator[TextWarning]:
    for check in sorted(lost):
        said = _("The guide has no check %(name)s, which evidence asks for: %(causes)s")
        causes = ", ".join(sorted(lost[check]))
        yield TextWarning(line=0, said=said % {"name": check, "causes": causes})


def _translations(languages: Collection[str]) -> Iterator[TextWarning]:
    for language in languages:
        said = _("There is no translation yet: %(language)s")
        yield TextWarning(line=0, said=said % {"language": language})
