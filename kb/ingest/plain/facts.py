"""The head of a report: when, by whom, how it ended, and where it happened."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from kb.ingest.plain.lines import Line, words_of
from kb.ingest.plain.proposals import Fact, Proposal

_PAIR = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:\*\*)?([^*|::\n]{2,40}?)\s*(?:\*\*\s*[::]|[::]\s*\*\*|[::])\s*(.{1,300})$"
)
_DATE = re.compile(r"(\d{4})\s*(?:년|[-./])\s*(\d{1,2})\s*(?:월|[-./])\s*(\d{1,2})")
_WORKAROUND = re.compile(
    r"우회|임시|개발 중|비활성|workaround|worked around|mitigat|temporar", re.I
)
_ENDED = re.compile(r"완료|해결|종료|resolved|closed|fixed|done", re.IGNORECASE)
# The first that is found wins.
_NAMES: Mapping[str, re.Pattern[str]] = {
    "written": re.compile(r"작성일|업데이트|수정일|written|updated", re.IGNORECASE),
    "date": re.compile(r"발생일|발생 일시|장애 일시|일시|occurred|\bdate\b|started", re.IGNORECASE),
    "status": re.compile(r"상태|status", re.IGNORECASE),
    "operator": re.compile(r"작업자|담당자|작성자|operator|author|handled by", re.IGNORECASE),
    "reviewer": re.compile(r"검토자|reviewer|reviewed by", re.IGNORECASE),
    "type": re.compile(r"문제 유형|장애 유형|유형|^type|^kind", re.IGNORECASE),
}
_HEAD = frozenset({"", "overview", "conclusion"})
# What stands below the last chapter, without a heading of its own.
_FOOT = frozenset({"written", "operator", "reviewer"})
_POSSIBLE = re.compile(r"가능한|possible|추정", re.IGNORECASE)


def facts(lines: Sequence[Line]) -> Iterator[Proposal]:
    """The fields of the report's head and foot, then what is said of the environment."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        found = _field(line)
        if found is not None and (found.name, found.value) not in seen:
            seen.add((found.name, found.value))
            yield _fact(line, found)
    yield from _environment(lines)


def _field(line: Line) -> Fact | None:
    pair = _PAIR.match(line.text.rstrip()) if line.is_prose else None
    if pair is None:
        return None
    name = next((name for name, words in _NAMES.items() if words.search(pair[1])), "")
    if line.topic not in _HEAD and not (name in _FOOT and line.text.startswith("**")):
        return None
    value = words_of(pair[2])
    read = _READERS.get(name)
    stored = read(value) if read else value
    return Fact(name=name, value=stored[:200]) if name and stored else None


def _date(value: str) -> str:
    found = _DATE.search(value)
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _status(value: str) -> str:
    """`workaround` or `fix` where it ended, `open` where it did not."""
    if _WORKAROUND.search(value):
        return "workaround"
    return "fix" if _ENDED.search(value) else "open"


_READERS: Mapping[str, Callable[[str], str]] = {
    "date": _date,
    "written": _date,
    "status": _status,
}


def _environment(lines: Sequence[Line]) -> Iterator[Proposal]:
    above = ""
    for line in lines:
        if line.comment and not line.comment.startswith(("-", "*")):
            above = line.comment
        if line.topic != "environment" or not (line.is_prose or line.is_code) or not line.is_item:
            continue
        if not _POSSIBLE.search(above if line.is_code else ""):
            yield _fact(line, Fact(name="environment", value=line.words[:200]))


def _fact(line: Line, becomes: Fact) -> Proposal:
    return Proposal(
        line=line.number,
        source=line.text,
        title=line.words[:200],
        becomes=becomes,
        section=line.section.number,
    )
