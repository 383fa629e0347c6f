"""Environment files (`.env`): which variables they set, and on which line. Values stay inside.

What python-dotenv, docker compose and systemd have in common: `export`, quotes over several
lines, comments, the last of several settings wins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from probes.engine.files.text_file import lines_of

_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<quote>['"]?)(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)(?P=quote)\s*="""
    r"""[ \t]*(?P<value>.*)"""
)
# How far a quote may run on.
_MOST_LINES = 200
_COMMENT = re.compile(r"(?:^|\s)#")
_REFERENCE = re.compile(r"(?<!\\)\$(?:\{|[A-Za-z_])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Whole values that stand in a template until somebody fills them in.
_PLACEHOLDER = re.compile(
    r"<[^<>]*>|\{\{.*\}\}|x{3,}|\*{3,}|\.{3,}|…|todo|tbd|fixme|placeholder|example|dummy"
    r"|(?:change|replace|fill|insert|put|set|enter|add)[_ -]?(?:me|this|it|in|with|your)\b.*"
    r"|your[_ -].*|.*[_ -]here|.*[_-](?:x{3,}|\.{3})|.*(?:입력|변경|교체)(?:하세요|하십시오|필요)|여기에.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable as the file sets it last; `times` says how often it is set."""

    name: str
    value: str = field(repr=False)
    line: int
    times: int = 1
    is_literal: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.value.strip()

    @property
    def is_placeholder(self) -> bool:
        return _PLACEHOLDER.fullmatch(self.value.strip()) is not None

    @property
    def refers(self) -> bool:
        """True when other variables are put in: a `$` in a password is lost that way."""
        return not self.is_literal and _REFERENCE.search(self.value) is not None


@dataclass(frozen=True, kw_only=True)
class EnvFile:
    """The variables by name, and the lines that set none and are no comment."""

    variables: dict[str, Variable]
    unread_lines: list[int]


def parse(text: str) -> EnvFile:
    """Never raises: a line that means nothing is among `unread_lines`, as loaders skip it."""
    lines = lines_of(text)
    variables: dict[str, Variable] = {}
    unread: list[int] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        said = _LINE.fullmatch(line)
        value, more = _value(said["value"], lines[at : at + _MOST_LINES]) if said else (None, 0)
        if said is None or value is None:
            unread.append(at)
            continue
        variables[said["name"]] = Variable(
            name=said["name"],
            value=value,
            line=at,
            times=variables[said["name"]].times + 1 if said["name"] in variables else 1,
            is_literal=said["value"].startswith("'"),
        )
        at += more
    return EnvFile(variables=variables, unread_lines=unread)


def _value(text: str, following: Sequence[str]) -> tuple[str | None, int]:
    """The value and how many further lines it takes; None when its quote is never closed."""
    quote = text[:1]
    if quote not in ("'", '"'):
        return _COMMENT.split(text)[0].strip(), 0
    end = re.compile(r"'" if quote == "'" else r'(?<!\\)(?:\\\\)*"')
    held = text[1:]
    for more in range(len(following) + 1):
        if closing := end.search(held):
            value = held[: closing.end() - 1]
            return (value if quote == "'" else _ESCAPED.sub(r"\1", value)), more
        if more < len(following):
            held += "\n" + following[more]
    return None, 0
