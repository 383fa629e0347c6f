"""A document as its lines, each with the section and the code block it stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.ingest.plain.topics import topic_of

# What is longer is no sentence and no error message: its rest stays in the body alone.
MAX_LINE = 2_000

_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_COMMENT = re.compile(r"[ \t]*(?:#|//)[ \t]*")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_MARKUP = re.compile(r"\*\*|__|`|^[*_](?=\S)|(?<=\S)[*_]$")
_NUMBERING = re.compile(
    r"^(?:\d{1,2}(?:[-.]\d{1,2})*[.)]?|Step \d{1,2}:?|\d{1,2}단계:?)[ \t]+", re.I
)
_COLON = ":: "
_SIGNS = re.compile("^[^\\w`'\"(\\[{*<@.:/$-]+", re.UNICODE)


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands under one heading; `number` counts headings from 0, -1 is before the first."""

    number: int = -1
    line: int = 0
    level: int = 0
    title: str = ""
    topic: str = ""
    parent: "Section | None" = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """`fence` is the language of the code block around it, None in prose.

    `label` is what introduces a line of code: the comment or the prose above it.
    """

    number: int
    text: str
    section: Section
    fence: str | None = None
    label: str = ""
    is_fence: bool = False
    is_heading: bool = False

    @property
    def topic(self) -> str:
        return self.section.topic

    @property
    def is_prose(self) -> bool:
        return self.fence is None and not self.is_heading and bool(self.text.strip())

    @property
    def is_code(self) -> bool:
        return self.fence is not None and not self.is_fence and bool(self.text.strip())

    @property
    def is_item(self) -> bool:
        return _ITEM.match(self.text) is not None

    @property
    def task(self) -> str:
        """The words of a task list's item; empty for any other line."""
        item = _ITEM.match(self.text)
        task = _TASK.match(self.text, item.end()) if item else None
        return words_of(self.text[task.end() :]) if task else ""

    @property
    def comment(self) -> str:
        """What a comment in code says; empty for any other line."""
        found = _COMMENT.match(self.text) if self.is_code else None
        return self.text[found.end() :].strip() if found else ""

    @property
    def words(self) -> str:
        return words_of(self.text)

    @property
    def codes(self) -> list[str]:
        """The `code` within a line of prose."""
        return _CODE.findall(self.text) if self.fence is None else []

    @property
    def prose(self) -> str:
        """A line of prose without its `code`."""
        return _CODE.sub(" ", self.text)


def words_of(text: str) -> str:
    """The sentence without list mark, emphasis, numbering of a heading and leading signs."""
    item = _ITEM.match(text)
    plain = _MARKUP.sub("", text[item.end() :] if item else text).strip()
    return _SIGNS.sub("", plain).strip()


def label_of(line: Line) -> str:
    """What introduces a line of code, without the colon at its end."""
    return words_of(line.label).rstrip(_COLON)


def title_of(heading: str) -> str:
    """A heading without its number: `1-2. 의존성 문제` is `의존성 문제`."""
    return _NUMBERING.sub("", words_of(heading)).strip() or heading.strip()


def lines_of(text: str) -> list[Line]:
    """Every line in order, `\\n` ends one. A block that is never closed goes on to the end."""
    return list(_Reader().read(text.split("\n")))


class _Reader:
    def __init__(self) -> None:
        self.section = Section()
        self.count = 0
        self.mark = self.fence = self.label = ""
        self.has_title = False

    def read(self, texts: Sequence[str]) -> Iterator[Line]:
        for number, text in enumerate(texts, start=1):
            yield self._line(number, text[:MAX_LINE].rstrip("\r"))

    def _line(self, number: int, text: str) -> Line:
        if found := _fence(text):
            return self._at_fence(number, text, *found)
        if self.mark:
            return self._code(number, text)
        if level := _level(text):
            self._enter(number, level, text)
            return Line(number=number, text=text, section=self.section, is_heading=True)
        if text.strip():
            self.label = text
        return Line(number=number, text=text, section=self.section)

    def _at_fence(self, number: int, text: str, mark: str, language: str) -> Line:
        if not self.mark:
            self.mark, self.fence = mark, language
        elif text.strip().startswith(self.mark) and not language:
            self.mark = ""
        else:
            return self._code(number, text)
        return Line(number=number, text=text, section=self.section, fence="", is_fence=True)

    def _code(self, number: int, text: str) -> Line:
        line = Line(
            number=number, text=text, section=self.section, fence=self.fence, label=self.label
        )
        if line.comment:
            self.label = line.comment
        return line

    def _enter(self, number: int, level: int, text: str) -> None:
        parent: Section | None = self.section
        while parent is not None and parent.level >= level:
            parent = parent.parent
        title = text.lstrip().lstrip("#").strip().rstrip("#").strip()
        within = parent.topic if parent else ""
        # The document's title names the trouble, not what its chapters are about.
        topic = topic_of(title_of(title), within=within) if self.has_title or level > 1 else ""
        self.section = Section(
            number=self.count, line=number, level=level, title=title, topic=topic, parent=parent
        )
        self.count, self.label, self.has_title = self.count + 1, title, True


def _fence(text: str) -> tuple[str, str] | None:
    """The mark of a code fence and the language beside it."""
    bare = text.strip()
    if not bare.startswith(("```", "~~~")) or len(text) - len(text.lstrip()) > 3:
        return None
    mark = bare[: len(bare) - len(bare.lstrip(bare[0]))]
    language = bare[len(mark) :].strip().lower()
    return (mark, language) if "`" not in language else None


def _level(text: str) -> int:
    marks = len(text) - len(text.lstrip("#"))
    return marks if 1 <= marks <= 6 and text[marks : marks + 1] in (" ", "\t") else 0


def leaves(lines: Sequence[Line]) -> dict[int, Section]:
    """The sections without a section below them, by number."""
    sections = {line.section.number: line.section for line in lines if line.is_heading}
    for section in list(sections.values()):
        if section.parent is not None:
            sections.pop(section.parent.number, None)
    return sections


def with_masks(lines: Sequence[Line], masks: dict[int, str]) -> list[Line]:
    """The lines, with what is masked in place of what may be secret."""
    return [
        replace(line, text=masks[line.number]) if line.number in masks else line for line in lines
    ]
