"""What a report says was tried, in order, and what came of each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.ingest.plain.lines import Line, Section, leaves, title_of
from kb.ingest.plain.proposals import Attempt, Proposal

_FAILED = re.compile(
    r"실패|동일한 (?:연결 )?(?:문제|오류|증상)|여전히|해결되지|효과 없|안 됨|변화 없|리스닝 상태가 아님"
    r"|\bfailed\b|did not (?:help|work)|still (?:fails|the same|down)|same (?:error|problem)|no effect",
    re.IGNORECASE,
)
_PARTLY = re.compile(r"일부|부분적|줄었|partly|partially|less often", re.IGNORECASE)
_WORKED = re.compile(
    r"성공|해결됨|해결되었|최종 해결|정상(?:화| 작동| 동작)|복구됨|복구되었|완료됨"
    r"|\bworked\b|\bfixed\b|\bresolved\b|\brecovered\b|back to normal",
    re.IGNORECASE,
)
# A step that only tells how the one before it went.
_OUTCOME = re.compile(r"결과|문제점|실패|outcome|result", re.IGNORECASE)


@dataclass
class _Step:
    section: Section
    line: Line
    title: str
    said: list[str] = field(default_factory=list)
    last_line: int = 0


def attempts(lines: Sequence[Line]) -> Iterator[Proposal]:
    """The steps below a chapter about the solution; without headings, its list."""
    for step in _steps(lines):
        said = [text for text in [*step.said, *_of_parents(step.section)] if text]
        outcome, words = _outcome(step.title, said)
        yield Proposal(
            line=step.line.number,
            last_line=step.last_line,
            source=step.line.text,
            title=step.title[:200],
            becomes=Attempt(outcome=outcome, said=words[:300]),
            section=step.section.number,
        )


def _steps(lines: Sequence[Line]) -> list[_Step]:
    ends, steps = leaves(lines), list[_Step]()
    for line in lines:
        section = line.section
        if line.topic != "solution" or section.number not in ends:
            continue
        if line.is_heading and _is_below(section):
            _begin_or_tell(steps, line)
        elif not _is_below(section) and line.is_prose and _begins_item(line):
            steps.append(_Step(section=section, line=line, title=line.words))
        if steps and _is_below(section) == _is_below(steps[-1].section):
            _hear(steps[-1], line)
    return steps


def _is_below(section: Section) -> bool:
    """Whether a chapter about the solution stands above, so that the heading is a step of it."""
    return section.parent is not None and section.parent.topic == "solution"


def _begins_item(line: Line) -> bool:
    return line.is_item and not line.text.startswith((" ", "\t"))


def _begin_or_tell(steps: list[_Step], line: Line) -> None:
    title, section = title_of(line.section.title), line.section
    same_stage = bool(steps) and steps[-1].section.parent == section.parent
    if same_stage and section.level > 3 and _OUTCOME.search(title):
        steps[-1].said.append(title)
    else:
        steps.append(_Step(section=section, line=line, title=title))


def _hear(step: _Step, line: Line) -> None:
    """What a step's own sentences and comments say; code itself says nothing of the outcome."""
    if line.text.strip() and not line.text.startswith("---"):
        step.last_line = line.number
    if line.number != step.line.number and (line.is_prose or line.comment):
        step.said.append(line.comment or line.words)


def _of_parents(section: Section) -> list[str]:
    return [title_of(section.parent.title)] if _is_below(section) and section.parent else []


def _outcome(title: str, said: Sequence[str]) -> tuple[str, str]:
    """The outcome and the words that say so; a failure that is told outweighs a wish."""
    for outcome, words in (("failed", _FAILED), ("partly", _PARTLY), ("worked", _WORKED)):
        for text in (title, *said):
            if words.search(text):
                return outcome, text
    return "unknown", ""
