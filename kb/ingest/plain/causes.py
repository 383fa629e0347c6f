"""Why it happens, as the document says: headings, meanings of symptoms, guesses in sentences."""

import re
from collections.abc import Iterator, Sequence

from kb.ingest.plain.lines import Line, leaves, title_of, words_of
from kb.ingest.plain.proposals import Cause, Proposal
from kb.ingest.plain.remedies import leaves_alone
from kb.ingest.plain.tables import rows_of

_GUESS = re.compile(
    r"(?:일|될|였을|었을|꼬였을|안 될|못할|없을|있을)\s*수(?:도|가)?\s*있|추정|의심|(?:으)?로 판단|가능성"
    r"|\b(?:might|may|could) (?:be|have)\b|\bprobably\b|\bsuspect|\blikely\b",
    re.IGNORECASE,
)
_COMMON = re.compile(r"가장 흔한|most common|usually", re.IGNORECASE)
# `**"message"**: what it means`
_MEANING = re.compile(
    r"^\s*(?:[-*+]|\d{1,2}[.)])\s+\*\*[\"“`「][^*\n]{2,300}\*\*\s*[::]\s*(.{4,})$"
)
_FINDING = re.compile(r"^\s*[-*+]\s+\*\*([^*\n]{3,200})\*\*\s*$")
_BAD = re.compile(r"없음|다운|실패|불가|막힘|unhealthy|missing|\bdown\b|오류|부족|초과|차단", re.I)
_POSSIBLE = re.compile(r"(?:가능한|possible).{0,40}(?:문제|원인|causes?|problems?)|추정 원인", re.I)
_PRESUMED = re.compile(r"추정|가능한|suspect|presum|possible", re.IGNORECASE)
# A whole chapter about the consequences is no cause.
_NO_GUESS = frozenset({"lesson", "action", "result", "reference", "conclusion"})


def causes(lines: Sequence[Line]) -> Iterator[Proposal]:
    """Every cause the document names; none is more than suspected."""
    yield from _headings(lines)
    yield from _rows(lines)
    for place, line in enumerate(lines):
        if line.topic not in _NO_GUESS and (found := _in_line(lines, place)):
            yield found


def _headings(lines: Sequence[Line]) -> Iterator[Proposal]:
    """The headings below a chapter about causes; without any, its list."""
    ends, listed = leaves(lines), set()
    guessed = _presuming(lines)
    for line in lines:
        if not line.is_heading or line.topic != "cause" or line.section.number not in ends:
            continue
        if line.section.parent is not None and line.section.parent.topic == "cause":
            is_presumed = line.section.parent.number in guessed or line.section.number in guessed
            yield _cause(line, title_of(line.section.title), is_presumed=is_presumed)
        else:
            listed.add(line.section.number)
    for line in lines:
        if line.section.number in listed and line.is_prose and line.is_item:
            is_top = not line.text.startswith((" ", "\t"))
            if is_top and not _GUESS.search(line.text) and not leaves_alone(line.text):
                yield _cause(line, line.words)


def _presuming(lines: Sequence[Line]) -> set[int]:
    """The sections whose own words say that they only presume."""
    return {
        line.section.number
        for line in lines
        if line.topic == "cause" and _PRESUMED.search(line.comment or line.words)
    }


def _rows(lines: Sequence[Line]) -> Iterator[Proposal]:
    rows = rows_of(lines)
    for line in lines:
        row = rows.get(line.number)
        if row is not None and row.is_symptom and len(row.cells) > 1 and row.cells[1]:
            yield _cause(line, words_of(row.cells[1]))


def _in_line(lines: Sequence[Line], place: int) -> Proposal | None:
    line = lines[place]
    if line.is_heading:
        return _commonest(lines, place) if _COMMON.search(line.text) else None
    if line.is_code:
        return _in_code(lines, place)
    if not line.is_prose or line.task:
        return _of_task(line) if line.task and _GUESS.search(line.text) else None
    if line.topic in ("symptom", "overview") and (meaning := _MEANING.match(line.text)):
        return _cause(line, words_of(meaning[1]))
    if line.topic == "check" and (finding := _FINDING.match(line.text)) and _BAD.search(finding[1]):
        return _cause(line, words_of(finding[1]))
    is_guess = _GUESS.search(line.text) and not line.words.endswith((":", ":"))
    return _cause(line, line.words, is_presumed=True) if is_guess else None


def _of_task(line: Line) -> Proposal:
    """`... did you try X? (sometimes the hosts file is to blame)`"""
    said = re.search(r"\(([^()\n]{4,200})\)\s*$", line.task)
    return _cause(line, said[1] if said else line.task, is_presumed=True)


def _commonest(lines: Sequence[Line], place: int) -> Proposal | None:
    """The sentence below a heading that says "most common"."""
    below = next((line for line in lines[place + 1 : place + 6] if line.is_prose), None)
    return _cause(below, below.words, weight=3) if below is not None else None


def _in_code(lines: Sequence[Line], place: int) -> Proposal | None:
    line = lines[place]
    if not line.comment:
        return None
    is_listed = line.topic == "environment" and line.comment.startswith(("-", "*"))
    if is_listed and _POSSIBLE.search(_heading_above(lines, place)):
        return _cause(line, words_of(line.comment), is_presumed=True)
    return _cause(line, line.comment, is_presumed=True) if _GUESS.search(line.comment) else None


def _heading_above(lines: Sequence[Line], place: int) -> str:
    """The comment that the bullets of a code block stand under."""
    for line in reversed(lines[max(place - 20, 0) : place]):
        if not line.comment or not line.is_code:
            return ""
        if not line.comment.startswith(("-", "*")):
            return line.comment
    return ""


def _cause(line: Line, title: str, *, weight: int = 1, is_presumed: bool = False) -> Proposal:
    return Proposal(
        line=line.number,
        source=line.text,
        title=title.strip()[:200],
        becomes=Cause(weight=weight, is_presumed=is_presumed),
        section=line.section.number,
    )
