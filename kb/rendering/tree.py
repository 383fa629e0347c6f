"""What we add to Markdown: `{#id}` on headings, task lists, links between guides."""

import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from django.utils.html import format_html
from django.utils.translation import gettext as _
from markdown import Markdown
from markdown.blockprocessors import CodeBlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.rendering.cleaning import is_same_origin
from kb.rendering.keeping import Kept

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ID = re.compile(r"\s*\{#(?P<id>[\w][\w:.-]*)\}\s*$")
_TASK = re.compile(r"\[(?P<mark>[ xX])\][ \t]+")
_GUIDE_FILE = re.compile(r"(?:\./)?(?P<slug>[^/?#:]+)\.md(?P<fragment>#.*)?")


class GuideTree(Extension):
    def __init__(self, kept: Kept, guide_slugs: frozenset[str]) -> None:
        super().__init__()
        self._kept, self._guide_slugs = kept, guide_slugs

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser.blockprocessors.register(_FourSpaceCode(md.parser), "code", 80)
        # Before `inline` (20), which makes elements of what is still text here.
        md.treeprocessors.register(_HeadingIds(md), "heading_ids", 30)
        md.treeprocessors.register(_Tasks(md, self._kept), "tasks", 29)
        # After `inline`, when links and images are elements.
        md.treeprocessors.register(_Links(md, self._guide_slugs), "guide_links", 10)


class _FourSpaceCode(CodeBlockProcessor):
    """Indented code needs four spaces, though a list level needs only two."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("    ")


class _HeadingIds(Treeprocessor):
    """`## Step 1 {#step-1}`"""

    def run(self, root: Element) -> None:
        for heading in root.iter():
            if heading.tag in _HEADINGS and (found := _ID.search(heading.text or "")):
                heading.set("id", found["id"])
                heading.text = (heading.text or "")[: found.start()]


class _Tasks(Treeprocessor):
    """`- [ ] to do` as a checkbox that shows and does not take input."""

    def __init__(self, md: Markdown, kept: Kept) -> None:
        super().__init__(md)
        self._kept = kept

    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            holder = item[0] if len(item) and not (item.text or "").strip() else item
            if found := _TASK.match((holder.text or "").lstrip()):
                text = (holder.text or "").lstrip()[found.end() :]
                holder.text = f"{self._kept.keep(_checkbox(found['mark'] != ' '))} {text}"


def _checkbox(is_done: bool) -> str:
    if is_done:
        box = '<input type="checkbox" class="task" checked disabled aria-label="{}">'
        return format_html(box, _("Done"))
    return format_html('<input type="checkbox" class="task" disabled aria-label="{}">', _("To do"))


class _Links(Treeprocessor):
    """Links to a guide's file lead to the guide; images from elsewhere become links."""

    def __init__(self, md: Markdown, guide_slugs: frozenset[str]) -> None:
        super().__init__(md)
        self._guide_slugs = guide_slugs

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a":
                self._lead_to_guide(element)
            elif element.tag == "img" and not is_same_origin(element.get("src", "")):
                _become_link(element)

    def _lead_to_guide(self, link: Element) -> None:
        found = _GUIDE_FILE.fullmatch(unquote(link.get("href", "")))
        if found is None:
            return
        if found["slug"] in self._guide_slugs:
            link.set("href", f"/g/{found['slug']}/{found['fragment'] or ''}")
            return
        link.tag = "span"
        link.attrib = {"class": "missing-guide", "title": _("There is no such guide here.")}


def _become_link(image: Element) -> None:
    source = image.get("src", "")
    image.tag, image.text = "a", image.get("alt") or source
    image.attrib = {"href": source}
