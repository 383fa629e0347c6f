"""Exact error strings: constants, HTTP statuses, exceptions, quoted messages, lines of logs."""

import re
from collections.abc import Iterator, Sequence

from kb.ingest.plain.commands import command_in, understand
from kb.ingest.plain.lines import Line
from kb.ingest.plain.proposals import Proposal, Symptom

MAX_PHRASE = 300

# A closed set of what programs print: a browser's constants, HTTP's words, exceptions, errno.
_EXACT = re.compile(
    r"\b(?:net::)?ERR_[A-Z_]{3,60}\b|\bDNS_PROBE_[A-Z_]{3,60}\b"
    r"|\b[45]\d\d \(?(?:Bad Gateway|Not Found|Service Unavailable|Gateway Time-?out|Forbidden"
    r"|Unauthorized|Internal Server Error|Bad Request|Too Many Requests)\)?"
    r"|\[Errno \d{1,5}\]|\bErrno \d{1,5}\b|\bWinError \d{1,5}\b"
    r"|\bE(?:CONNREFUSED|TIMEDOUT|ADDRINUSE|HOSTUNREACH|CONNRESET|ACCES|NOTFOUND)\b"
    r"|\bExited \(\d{1,3}\)|\bRestarting\b|\bOOMKilled\b|\bCrashLoopBackOff\b"
)
_EXCEPTION = re.compile(r"\b[A-Z][A-Za-z]{2,60}(?:Error|Exception): \S")
_SENTENCE = re.compile(
    r"blocked by CORS policy|preflight request doesn't pass|address already in use", re.IGNORECASE
)
_FAILS = re.compile(
    r"수 없|실패|불가|오류|에러|거부|거절|초과|너무 긺|끊[겼어]|안 됩니다|error|fail|refused|denied"
    r"|timed? ?out|unreachable|cannot|can't|can’t|could not|couldn't|doesn't|not found|unable"
    r"|blocked|invalid|not allowed",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^(?:오류|에러|error|traceback)\s*[::]\s*(.{3,})$", re.IGNORECASE)
_LOG = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL|PANIC)\b|\bpanic:|\bfailed\b|\brefused\b|\btimed out\b", re.ASCII
)
_FRAME = re.compile(r"^[\w$.<>]{2,60} @ [^\s@]{3,120}:\d{1,6}$")
_QUOTED = re.compile(
    r"\"([^\"\n]{3,300})\"|“([^”\n]{3,300})”|「([^」\n]{3,300})」|(?:^|\s)'([^'\n]{3,300})'"
)
_PARENTHESISED = re.compile(r"^(.{2,200}?)\s*\(([^()]{2,100})\)$")
# Blocks that show what a program printed, or what a person typed and saw.
_SHOWN = frozenset(
    {"", "text", "txt", "log", "console", "output", "bash", "sh", "shell", "powershell"}
)
# Where a report looks back, it names errors without showing a new one.
_BACK = frozenset({"lesson", "action", "result", "reference"})


def symptoms(lines: Sequence[Line]) -> Iterator[Proposal]:
    """Every string once, at its first line; later lines that hold it are in `also`."""
    found: dict[str, tuple[Line, tuple[str, ...], list[int]]] = {}
    for line in lines:
        for phrases in _in_line(line):
            key = phrases[0].casefold()
            if key in found:
                found[key][2].append(line.number)
            elif line.topic not in _BACK:
                found[key] = (line, phrases, [])
    for line, phrases, also in found.values():
        yield Proposal(
            line=line.number,
            source=line.text,
            title=phrases[0],
            becomes=Symptom(phrases=phrases),
            section=line.section.number,
            also=tuple(dict.fromkeys(n for n in also if n != line.number)),
        )


def _in_line(line: Line) -> Iterator[tuple[str, ...]]:
    if line.is_code:
        yield from _in_code(line)
    elif line.is_prose:
        yield from _in_prose(line)


def _in_code(line: Line) -> Iterator[tuple[str, ...]]:
    bare = line.text.strip()
    said = line.comment or bare
    if after := _AFTER.match(said):
        yield (_cut(after[1]),)
    elif _EXACT.search(said) or _EXCEPTION.search(said) or _SENTENCE.search(said):
        yield (_cut(said),)
    elif _FRAME.match(bare) or (line.fence in _SHOWN and _is_log(line, bare)):
        yield (_cut(bare),)


def _is_log(line: Line, bare: str) -> bool:
    is_command = understand(command_in(bare)) is not None
    return not line.comment and not is_command and bool(_LOG.search(bare))


def _in_prose(line: Line) -> Iterator[tuple[str, ...]]:
    whole = [code for code in line.codes if _says_failure(code)]
    for code in whole:
        yield _parts(code)
    quoted = [text for found in _QUOTED.findall(line.prose) for text in found if text]
    messages = [text.strip() for text in quoted if _says_failure(text)]
    for message in messages:
        yield _parts(message)
    seen = " ".join((*whole, *messages))
    for exact in dict.fromkeys(found[0] for found in _EXACT.finditer(line.text)):
        if exact not in seen:
            yield (exact,)


def _says_failure(text: str) -> bool:
    if understand(text) is not None:
        return False
    is_exact = _EXACT.search(text) or _EXCEPTION.search(text) or _SENTENCE.search(text)
    return bool(is_exact) or (" " in text.strip() and bool(_FAILS.search(text)))


def _parts(message: str) -> tuple[str, ...]:
    """`X (ERR_Y)` is shown as X here and as ERR_Y there: two phrases of one symptom."""
    both = _PARENTHESISED.match(message)
    if both and _EXACT.fullmatch(both[2]):
        return (_cut(both[2]), _cut(both[1]))
    return (_cut(message),)


def _cut(phrase: str) -> str:
    return phrase.strip()[:MAX_PHRASE].rstrip()
