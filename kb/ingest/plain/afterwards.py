"""How it is after a repair: results with figures, lessons, and the work that remains."""

import datetime
import re
from collections.abc import Iterator, Sequence

from kb.ingest.plain.lines import Line, Section, title_of, words_of
from kb.ingest.plain.proposals import Action, Lesson, Proposal, Result

_BEFORE = re.compile(r"^\s*(?:[-*]\s*)?(?:Before|이전|조치 전|전)\s*[::]\s*(.{1,200})$", re.I)
_AFTER = re.compile(r"^\s*(?:[-*]\s*)?(?:After|이후|조치 후|후)\s*[::]\s*(.{1,200})$", re.I)
# `# 1-2. what to do`: how a plan in a code block numbers its parts.
_PART = re.compile(r"^\d{1,2}[-.]\d{1,2}\.?\s+(.{2,})$")
_HORIZONS = {
    "short": re.compile(r"단기|즉시|short|immediate", re.IGNORECASE),
    "mid": re.compile(r"중기|\bmid|medium", re.IGNORECASE),
    "long": re.compile(r"장기|\blong", re.IGNORECASE),
    "process": re.compile(r"프로세스|process|일하는 방식", re.IGNORECASE),
}
_DUE = re.compile(
    r"(?:기한|까지|due|by)\D{0,10}(\d{4}-\d{2}-\d{2})|(\d{4}-\d{2}-\d{2})\s*까지", re.I
)
_DETAIL = 4_000


def results(lines: Sequence[Line]) -> Iterator[Proposal]:
    """What is better now, item by item; `Before:` and `After:` below each other are one."""
    for place, line in enumerate(lines):
        if line.topic != "result" or line.is_heading or line.is_fence:
            continue
        before = _BEFORE.match(line.text)
        if before and (after := _after(lines, place)):
            title = words_of(line.label) or title_of(line.section.title)
            figures = Result(before=before[1].strip(), after=after[1])
            start = _comment_above(lines, place)
            yield _found(start, title, figures, last_line=after[0])
        elif _is_result(line):
            yield _found(line, line.words, _side(line))


def _side(line: Line) -> Result:
    """Under a heading "Before" an item says how it was, under "After" how it is."""
    title = title_of(line.section.title).lower()
    if title.startswith(("before", "조치 전", "이전")):
        return Result(before=line.words)
    return Result(after=line.words) if title.startswith(("after", "조치 후", "이후")) else Result()


def _comment_above(lines: Sequence[Line], place: int) -> Line:
    above = lines[place - 1] if place else lines[place]
    return above if above.comment else lines[place]


def _after(lines: Sequence[Line], place: int) -> tuple[int, str] | None:
    for line in lines[place + 1 : place + 3]:
        if found := _AFTER.match(line.text):
            return line.number, found[1].strip()
    return None


def _is_result(line: Line) -> bool:
    if line.is_prose:
        return line.is_item
    is_listed = line.text.lstrip().startswith(("✅", "❌", "🔶", "- ", "* "))
    return line.is_code and is_listed and not _AFTER.match(line.text)


def lessons(lines: Sequence[Line]) -> Iterator[Proposal]:
    for line in lines:
        if line.topic == "lesson" and line.is_prose and line.is_item:
            yield _found(line, line.words, Lesson(topic=title_of(line.section.title)[:200]))


def actions(lines: Sequence[Line]) -> Iterator[Proposal]:
    """A plan's numbered parts with all below them; a section without any gives its items."""
    planned = [line for line in lines if line.topic == "action" and not line.is_fence]
    in_parts = {line.section.number for line in planned if _part(line)}
    for place, line in enumerate(planned):
        if line.is_heading:
            continue
        if part := _part(line):
            yield _action(line, part, _below(planned, place))
        elif line.section.number not in in_parts and line.is_prose and line.is_item:
            yield _action(line, line.task or line.words, [])


def _part(line: Line) -> str:
    found = _PART.match(line.comment) if line.comment else None
    return found[1].strip() if found else ""


def _below(planned: Sequence[Line], place: int) -> list[Line]:
    """The lines up to the next part or the section's end."""
    section, found = planned[place].section, list[Line]()
    for line in planned[place + 1 :]:
        if line.section is not section or line.fence is None or _part(line):
            break
        found.append(line)
    while found and not found[-1].text.strip():
        found.pop()
    return found


def _action(line: Line, what: str, below: Sequence[Line]) -> Proposal:
    texts = [one.text for one in below]
    is_list = all(text.lstrip().startswith(("- ", "* ")) for text in texts if text.strip())
    detail = "\n".join(texts)[:_DETAIL]
    if detail and not is_list:
        detail = f"```{line.fence or 'text'}\n{detail}\n```"
    becomes = Action(
        horizon=_horizon(line.section),
        detail=detail,
        due=_due(what),
    )
    return _found(line, what, becomes, last_line=below[-1].number if below else 0)


def _due(what: str) -> str:
    """The day by which it has to be done, as the sentence says it."""
    found = _DUE.search(what)
    try:
        return datetime.date.fromisoformat(found[1] or found[2]).isoformat() if found else ""
    except ValueError:
        return ""


def _horizon(section: Section | None) -> str:
    while section is not None:
        for horizon, words in _HORIZONS.items():
            if words.search(section.title):
                return horizon
        section = section.parent
    return ""


def _found(
    line: Line, title: str, becomes: Result | Lesson | Action, *, last_line: int = 0
) -> Proposal:
    return Proposal(
        line=line.number,
        last_line=last_line,
        source=line.text,
        title=title.strip()[:300],
        becomes=becomes,
        section=line.section.number,
    )
