"""What we add to Markdown: `{#id}` on headings, task lists, code by four spaces."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockQuoteProcessor, CodeBlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.rendering.keeping import Kept
from kb.rendering.tasks import Task, TaskEnd, TaskStart

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ID = re.compile(r"\s*\{#(?P<id>[\w][\w:.-]*)\}\s*$")
_TASK = re.compile(r"\[(?P<mark>[ xX])\][ \t]+")


class GuideTree(Extension):
    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self._kept = kept

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser.blockprocessors.register(_FourSpaceCode(md.parser), "code", 80)
        md.parser.blockprocessors.register(_OwnQuote(md.parser), "quote", 20)
        # Before `inline` (20), which makes elements of what is still text here.
        md.treeprocessors.register(_HeadingIds(md), "heading_ids", 30)
        md.treeprocessors.register(_Tasks(md, self._kept), "tasks", 29)


class _FourSpaceCode(CodeBlockProcessor):
    """Indented code needs four spaces, though a list level needs only two."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("    ")


class _OwnQuote(BlockQuoteProcessor):
    """Quotes with a blank line between are two: a warning's tone is not the next one's."""

    def lastChild(self, parent: Element) -> Element | None:
        return None


class _HeadingIds(Treeprocessor):
    """`## Step 1 {#step-1}`"""

    def run(self, root: Element) -> None:
        for heading in root.iter():
            if heading.tag in _HEADINGS and (found := _ID.search(heading.text or "")):
                heading.set("id", found["id"])
                heading.text = (heading.text or "")[: found.start()]


class _Tasks(Treeprocessor):
    """`- [ ] to do` as a checkbox with its words."""

    def __init__(self, md: Markdown, kept: Kept) -> None:
        super().__init__(md)
        self._kept = kept

    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            holder = item[0] if len(item) and not (item.text or "").strip() else item
            if found := _TASK.match((holder.text or "").lstrip()):
                words = (holder.text or "").lstrip()[found.end() :].rstrip()
                # Its section, which belongs to the name, is known when the whole is read.
                task = Task(item=words, is_done=found["mark"] != " ")
                start, end = self._kept.keep(TaskStart(task=task)), self._kept.keep(TaskEnd())
                holder.text = f"{start} {words} {end}\n"
