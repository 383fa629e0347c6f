"""What to do, with its risk, and what to leave alone."""

import re
from collections.abc import Iterator, Sequence

from kb.ingest.plain.commands import Changes, Starts, command_in, understand
from kb.ingest.plain.lines import Line, words_of
from kb.ingest.plain.proposals import Proposal, Resolution

_LEAVE = re.compile(
    r"하지\s*(?:마|말)|불필요|필요\s*(?:가\s*)?없|무관|별개|관계\s*없|상관\s*없|이미 올바|원인이 아니"
    r"|가 아니라|이 아니라|\bdo not\b|\bdon't\b|\bnever\b|not the cause|unrelated|already (?:right|correct)"
    r"|no need to|\bnot\b.{0,20}\bbut\b",
    re.IGNORECASE,
)
_WRONG = re.compile(r"잘못된|❌|실행하지 마|\bwrong\b|\bincorrect\b|do not run", re.IGNORECASE)
_DO = re.compile(
    r"(?:하세요|해보세요|해 보세요|으세요|십시오|야 합니다|야 함|해야 한다|반영|수정|추가|재시작|변경|설정|등록|허용)"
    r"(?:\s*\([^()]{0,100}\))?[.!*\s]*$"
    r"|^(?:restart|add|set|increase|change|update|remove|enable|disable|roll back|free|stop|start"
    r"|open|allow|raise|point|put|fix|correct)\b",
    re.IGNORECASE,
)
_LOOK = re.compile(r"확인(?:해야|하)|\bcheck\b|\bverify\b", re.IGNORECASE)
_SAYS_ENOUGH = 12
_COLON = ":: "
_DONE_IN = frozenset({"solution", "check", "symptom", "overview", "", "cause", "environment"})


def remedies(lines: Sequence[Line]) -> Iterator[Proposal]:
    """The steps of a guide in their order: commands that change something, and sentences."""
    for line in lines:
        if line.topic in _DONE_IN and not line.task:
            yield from _in_line(line)


def leaves_alone(text: str) -> bool:
    """Whether the sentence says what it is not, or what not to do."""
    return _LEAVE.search(text) is not None


def _in_line(line: Line) -> Iterator[Proposal]:
    if line.is_code and not line.comment:
        yield from _command(line, command_in(line.text), label=line.label)
    elif line.is_prose:
        found = [one for code in line.codes for one in _command(line, code, label=line.text)]
        yield from found[:1] or _sentence(line)


def _command(line: Line, command: str, *, label: str) -> Iterator[Proposal]:
    meaning = understand(command)
    is_bare = " " not in command and "-" not in command
    if is_bare or not isinstance(meaning, Changes | Starts):
        return
    risk = meaning.risk if isinstance(meaning, Changes) else "low"
    is_wrong = _WRONG.search(label) is not None
    becomes = Resolution(
        kind="avoid" if is_wrong else "fix",
        risk="none" if is_wrong else risk,
        command=command[:500],
    )
    yield _remedy(line, _title(words_of(label).rstrip(_COLON), command), becomes)


def _title(label: str, command: str) -> str:
    """A short label such as "Wrong" says nothing without its command."""
    if not label or command in label:
        return label or command
    return label if len(label) > _SAYS_ENOUGH else f"{label}: {command}"


def _sentence(line: Line) -> Iterator[Proposal]:
    if leaves_alone(line.text):
        yield _remedy(line, line.words, Resolution(kind="avoid", risk="none"))
    elif line.topic == "solution" and _DO.search(line.words) and not _only_looks(line):
        yield _remedy(line, line.words, Resolution())


def _only_looks(line: Line) -> bool:
    return _LOOK.search(line.words[-20:]) is not None


def _remedy(line: Line, title: str, becomes: Resolution) -> Proposal:
    return Proposal(
        line=line.number,
        source=line.text,
        title=title.strip()[:200],
        becomes=becomes,
        section=line.section.number,
    )
