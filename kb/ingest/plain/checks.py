"""What the document says to look at: commands, task lists, tables and sentences."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kb.ingest.plain.commands import Looks, command_in, understand
from kb.ingest.plain.lines import Line, label_of, title_of, words_of
from kb.ingest.plain.proposals import Check, Proposal, Value
from kb.ingest.plain.tables import Row, rows_of

_PORT = re.compile(
    r"(?<!\d)(\d{2,5})번?\s*포트|(?:포트|port)\s*(\d{2,5})(?!\d)|:(\d{2,5})(?!\d)", re.I
)
_CONTAINER = re.compile(r"^[a-zA-Z0-9][\w.-]{1,60}$")
_LISTED = re.compile(r"\[\s*\"CMD(?:-SHELL)?\"\s*,(.{3,500})\]")
_ASKED = re.compile(
    r"(?:지|인지|여부|상태[··\w ]*)\s*(?:를|을)?\s*확인|확인(?:\.|$|해야|하세요|합니다|한다|하여)"
    r"|여부\.?$|\b(?:check|verify|make sure|confirm) (?:that|whether|if|the)\b",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"^(?:예상\s*(?:응답|결과)|결과|expected(?: \w+)?|output)\s*[::]\s*(.+)$", re.I
)
_REFUSED = re.compile(r"연결 실패|연결 거부|refused|cannot connect", re.IGNORECASE)
_NORMAL = re.compile(r"정상|normal|expected", re.IGNORECASE)
_SAYS_LITTLE = re.compile(r"명령어|^commands?\b|^run\b|^예$|^example|\b후$", re.IGNORECASE)
_LONG_LABEL = 40
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(.{3,})$")
_ITEMS = re.compile(r"항목|확인|점검|check|item|verify", re.IGNORECASE)
_HEALTH = re.compile(r"헬스\s*체크|health.?check", re.IGNORECASE)
_PATH = re.compile(r"`(/[\w/.-]{1,80})`")
_LOOKED_AT = frozenset({"", "overview", "symptom", "check", "solution", "cause", "environment"})


def checks(lines: Sequence[Line]) -> Iterator[Proposal]:
    """Every check in the document's order; what stands twice is proposed twice."""
    container = _first_container(lines)
    rows = rows_of(lines)
    for place, line in enumerate(lines):
        for check, title in _in_line(line, rows.get(line.number)):
            expected, baseline = _expectation(lines, place)
            becomes = replace(check, expected=expected, baseline=baseline)
            yield Proposal(
                line=line.number,
                source=line.text,
                title=(title or line.words)[:200],
                becomes=_with_container(becomes, container),
                section=line.section.number,
            )


def _in_line(line: Line, row: Row | None) -> Iterator[tuple[Check, str]]:
    if line.is_code:
        yield from _in_code(line)
    elif line.task:
        if line.topic != "action":
            yield _of_task(line), line.task
    elif row is not None:
        yield from _of_row(row)
    elif line.is_prose:
        yield from _in_prose(line)


def _in_code(line: Line) -> Iterator[tuple[Check, str]]:
    listed = _LISTED.search(line.text)
    command = listed[1] if listed else command_in(line.text)
    if listed:
        command = " ".join(command.replace('"', " ").replace(",", " ").split())
    meaning = None if line.comment else understand(command)
    if isinstance(meaning, Looks) and line.topic != "attempt":
        yield _check(meaning, command), _title(line)
    elif line.topic == "check" and (step := _NUMBERED.match(line.text)):
        yield Check(kind="manual", question=step[1].strip()), step[1].strip()


def _title(line: Line) -> str:
    """The words above a command; where they say too little or tell a story, the heading."""
    label = label_of(line)
    is_story = len(label) > _LONG_LABEL or label.endswith(".")
    says_nothing = not label or is_story or _SAYS_LITTLE.search(label)
    return title_of(line.section.title) if says_nothing else label


def _check(looks: Looks, command: str) -> Check:
    return Check(
        kind=looks.kind, parameters=looks.parameters, probe=looks.probe, command=command[:500]
    )


def _of_task(line: Line) -> Check:
    """The one command a task names with what the sentence says of it; else a question."""
    looks = [found for code in line.codes if isinstance(found := understand(code), Looks)]
    question = line.task[:500]
    if len(looks) != 1:
        return Check(kind="manual", question=question)
    parameters = dict(looks[0].parameters) | _said(line, looks[0].kind)
    command = next(code for code in line.codes if understand(code) is not None)
    check = replace(_check(looks[0], command), question=question, parameters=parameters)
    return check if parameters else replace(check, kind="manual", probe="")


def _said(line: Line, kind: str) -> dict[str, Value]:
    """The port or the container that a sentence names."""
    if kind == "port_listen" and (found := _PORT.search(line.text)):
        return {"port": int(next(group for group in found.groups() if group))}
    if kind in ("docker_container", "docker_log"):
        names = [code for code in line.codes if _CONTAINER.match(code) and " " not in code]
        return {"name": names[0]} if names else {}
    return {}


def _of_row(row: Row) -> Iterator[tuple[Check, str]]:
    if row.cells and _ITEMS.search(row.header[0]) and not row.is_symptom:
        question = ": ".join(words_of(cell) for cell in row.cells[:2] if cell)
        yield Check(kind="manual", question=question[:500]), question


def _in_prose(line: Line) -> Iterator[tuple[Check, str]]:
    found = [(code, meaning) for code in line.codes if (meaning := understand(code)) is not None]
    for code, meaning in found:
        # A bare program name in a sentence is talk about it, not a command.
        if isinstance(meaning, Looks) and (" " in code or "/" in code or "\\" in code):
            yield _check(meaning, code), code
    if found or line.topic not in _LOOKED_AT or line.words.endswith((":", ":")):
        return
    if _ASKED.search(line.words):
        yield _sentence(line), line.words


def _sentence(line: Line) -> Check:
    path, port = _PATH.search(line.text), _PORT.search(line.text.replace("*", ""))
    if _HEALTH.search(line.text) and path:
        parameters: dict[str, Value] = {"expect_path": path[1]}
        if port:
            parameters["expect_port"] = int(next(group for group in port.groups() if group))
        return Check(
            kind="aws_target_group_health",
            parameters=parameters,
            probe="aws-health-check",
            question=line.words[:500],
        )
    return Check(kind="manual", question=line.words[:500])


def _expectation(lines: Sequence[Line], place: int) -> tuple[str, str]:
    """What the comment below a command says to expect; a refusal can be the normal state."""
    below = lines[place + 1] if place + 1 < len(lines) else None
    found = _EXPECTED.match(below.comment) if below is not None else None
    if found is None:
        return "", ""
    said = found[1].strip()[:300]
    is_baseline = _REFUSED.search(said) and _NORMAL.search(said)
    return said, "refused" if is_baseline else ""


def _first_container(lines: Sequence[Line]) -> Mapping[str, Value]:
    """The container that the document asks for by name; it is meant where none is named."""
    for line in lines:
        texts = [command_in(line.text)] if line.is_code else line.codes
        for text in texts:
            meaning = understand(text)
            if isinstance(meaning, Looks) and meaning.kind == "docker_log" and meaning.parameters:
                return meaning.parameters
    return {}


def _with_container(check: Check, container: Mapping[str, Value]) -> Check:
    if check.kind in ("docker_container", "docker_log") and not check.parameters:
        return replace(check, parameters=container)
    return check
