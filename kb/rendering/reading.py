"""Cleaned HTML to pieces: its text stays, what depends on more than the text becomes slots.

Only what `clean` wrote is read here: lower-case tags, double-quoted attributes, `<` in a text
always escaped. So every tag is taken whole, and nothing inside an attribute is mistaken for one.
"""

import html as entities
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.rendering.highlighting import plain
from kb.rendering.keeping import Kept
from kb.rendering.links import picture, place_of
from kb.rendering.literals import GAP, Fillable
from kb.rendering.slots import Anchor, GuideLink, Piece
from kb.rendering.tasks import ListHead, Task, TaskStart, item_name
from kb.rendering.tones import tone_of

_TAG = re.compile(
    r'<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[\w-]+="[^"]*")*)\s*/?>'
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})


@dataclass(frozen=True, kw_only=True)
class Part:
    """A tag (`name` is set) or a text between two; `html` is what stood there."""

    html: str
    name: str = ""
    is_end: bool = False

    @property
    def attributes(self) -> dict[str, str]:
        return {key: entities.unescape(v) for key, v in _ATTRIBUTE.findall(self.html)}


def pieces_of(html: str, kept: Kept, fillables: Sequence[Fillable]) -> tuple[Piece, ...]:
    parts = list(_parts(kept.unwrapped(html), kept))
    return tuple(_Reader(parts, kept, fillables).read())


def _parts(html: str, kept: Kept) -> Iterator[Part]:
    at = 0
    for tag in _TAG.finditer(html):
        if tag.start() > at:
            yield Part(html=html[at : tag.start()])
        yield Part(html=kept.without(tag[0]), name=tag["name"], is_end=bool(tag["end"]))
        at = tag.end()
    if at < len(html):
        yield Part(html=html[at:])


class _Reader:
    def __init__(self, parts: Sequence[Part], kept: Kept, fillables: Sequence[Fillable]) -> None:
        self._parts, self._kept = parts, kept
        self._fillables = tuple(one for one in fillables if one.kind != GAP)
        self._own = frozenset(
            part.attributes["id"]
            for part in parts
            if part.name in _HEADINGS and not part.is_end and "id" in part.attributes
        )
        self._pieces: list[Piece] = []
        self._section, self._heading = "", ""
        self._link: GuideLink | None = None
        self._lists: list[int] = []
        self._tasks: dict[int, list[Task]] = {}
        self._names: Counter[str] = Counter()

    def read(self) -> list[Piece]:
        at = 0
        while at < len(self._parts):
            at = self._take(at)
        for place, tasks in sorted(self._tasks.items(), reverse=True):
            # One box tells by itself how far it is.
            if len(tasks) > 1:
                self._pieces.insert(place, ListHead(tasks=tuple(tasks)))
        return self._pieces

    def _take(self, at: int) -> int:
        """Takes what stands at a place, and says where to go on."""
        part = self._parts[at]
        if not part.name:
            self._text(part.html)
        elif part.name == "p" and self._is_picture_alone(at):
            return self._picture_alone(at)
        elif part.name == "img":
            self._picture(part, is_alone=False)
        elif part.name == "a":
            self._link_tag(part)
        elif part.name == "code" and not part.is_end and self._is_code(at):
            return self._code(at)
        elif part.name in _HEADINGS:
            self._heading_tag(part)
        elif part.name == "blockquote" and not part.is_end:
            self._quote(at)
        else:
            self._other_tag(part)
        return at + 1

    def _text(self, html: str) -> None:
        self._heading += html
        for piece in self._kept.put_back(html):
            self._pieces.append(self._named(piece) if isinstance(piece, TaskStart) else piece)

    def _named(self, start: TaskStart) -> TaskStart:
        """With the item's whole name, now that its section is known."""
        item = item_name(self._section, start.task.item)
        self._names[item] += 1
        if (number := self._names[item]) > 1:
            item = f"{item}~{number}"
        task = replace(start.task, item=item)
        if self._lists:
            self._tasks.setdefault(self._lists[0], []).append(task)
        return TaskStart(task=task)

    def _other_tag(self, part: Part) -> None:
        if part.name in _LISTS and not part.is_end:
            self._lists.append(len(self._pieces))
        elif part.name in _LISTS and self._lists:
            self._lists.pop()
        self._pieces.append(part.html)

    def _quote(self, at: int) -> None:
        """A quote that begins with a bold warning is a banner of that tone."""
        following = [p for p in self._parts[at + 1 : at + 5] if p.name or p.html.strip()]
        names = [part.name for part in following[:3]]
        tone = tone_of(following[2].html) if names == ["p", "strong", ""] else ""
        self._pieces.append(f'<blockquote class="{tone}">' if tone else self._parts[at].html)

    def _heading_tag(self, part: Part) -> None:
        if not part.is_end:
            self._section, self._heading = part.attributes.get("id", ""), ""
        elif self._section:
            text = " ".join(entities.unescape(self._heading).split())
            self._pieces.append(Anchor(id=self._section, text=text))
        self._pieces.append(part.html)

    def _link_tag(self, part: Part) -> None:
        if part.is_end:
            self._pieces.append(replace(self._link, is_end=True) if self._link else part.html)
            self._link = None
            return
        place = place_of(part.attributes.get("href", ""))
        if place is not None:
            self._link = GuideLink(name=place.name, fragment=place.fragment, own=self._own)
        self._pieces.append(self._link or part.html)

    def _is_code(self, at: int) -> bool:
        """Whether it is a text alone between `<code>` and `</code>`."""
        following = self._parts[at + 1 : at + 3]
        return len(following) == 2 and not following[0].name and following[1].name == "code"

    def _code(self, at: int) -> int:
        html = self._kept.without(self._parts[at + 1].html)
        self._heading += html
        written = plain(entities.unescape(html), self._fillables)
        self._pieces += ["<code>", *(written if self._fillables else [html]), "</code>"]
        return at + 3

    def _is_picture_alone(self, at: int) -> bool:
        inside = self._inside_paragraph(at)
        return [part.name for part in inside] == ["img"]

    def _inside_paragraph(self, at: int) -> list[Part]:
        """What stands between `<p>` and `</p>`, without spaces."""
        parts: list[Part] = []
        for part in self._parts[at + 1 : at + 5]:
            if part.name == "p":
                return parts
            if part.name or part.html.strip():
                parts.append(part)
        return []

    def _picture_alone(self, at: int) -> int:
        self._picture(self._inside_paragraph(at)[0], is_alone=True)
        return next(n for n in range(at + 1, at + 6) if self._parts[n].name == "p") + 1

    def _picture(self, part: Part, *, is_alone: bool) -> None:
        said = part.attributes
        address, alt, title = said.get("src", ""), said.get("alt", ""), said.get("title", "")
        found = picture(address, alt=alt, title=title, is_alone=is_alone)
        is_figure = is_alone and not isinstance(found, str)
        self._pieces += [found] if is_figure or not is_alone else ["<p>", found, "</p>"]
