"""Which words of a command stand for a parameter: `{{port}}`, or its default as a whole word.

A wrong value in a command is worse than none. So a word stands for a parameter only where it
can mean nothing else: it is distinctive (`app.main:app`), or what stands around it says what
it is (`docker logs backend`), or the line names the parameter. Where two parameters share a
default and the line names neither, none is filled in.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Types whose values are words of a command line. A pattern is none, nor a secret.
KINDS = frozenset(
    {
        "port",
        "host",
        "container",
        "url",
        "origin",
        "path",
        "text",
        "module",
        "target",
        "interpreter",
    }
)
PID = "pid"
GAP = "gap"

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_GAP = re.compile(r"(?<![<\w])<([^\W\d_][^<>\n|;&=\"'`]{0,30})>")
_PID = re.compile(
    r"(?:/PID[ =]+|--pid[ =]+|\bkill(?:[ ]-\w+)*[ ]+|\bProcessId[ ]*=[ ]*|-Id[ ]+|/proc/"
    r"|\b(?:ps|lsof|strace|gdb|perf)\b[^\n|;]*[ ]-p[ ]+)(\d{2,7})(?![\w:.])",
    re.IGNORECASE,
)
_PORT_BEFORE = re.compile(r"(?::|ports?\W{1,6})$", re.IGNORECASE)
_HOST_BEFORE = re.compile(
    r"(?:://|-ComputerName[ ]+|--host(?:name)?[ =]+|[ ]-h[ ]+)$", re.IGNORECASE
)
_CONTAINERS = re.compile(r"\b(?:docker|podman|nerdctl|kubectl|container)\b", re.IGNORECASE)
_LOOK_BACK = 24
# A default of one character stands for too much.
_SHORTEST = 2
_GENERIC_HOSTS = frozenset({"localhost", "0.0.0.0", "127.0.0.1", "::1"})  # noqa: S104


@dataclass(frozen=True, kw_only=True)
class Fillable:
    """A parameter as commands use it: `literal` is its default, empty where it has none.

    `gap` is the `<name>` that asks for the same, where the text has one.
    """

    name: str
    kind: str
    literal: str
    gap: str = ""

    @property
    def example(self) -> str:
        """What commands show as long as there is no value."""
        return self.literal or self.gap or f"{{{{{self.name}}}}}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """`text[start:end]` stands for the parameter `name`."""

    start: int
    end: int
    name: str


def pids_in(text: str) -> tuple[str, ...]:
    """The process ids that stand for an example, each once."""
    return tuple(dict.fromkeys(_PID.findall(text)))


def gaps_in(text: str) -> tuple[str, ...]:
    """`<name>` in a command, for a reader to replace: the names, each once."""
    return tuple(dict.fromkeys(_GAP.findall(text)))


def literals_in(text: str, fillables: Sequence[Fillable]) -> list[Found]:
    """What stands for a parameter in a command, in its order; of two at one place the longer."""
    chosen: list[Found] = []
    for found in sorted(_all(text, fillables), key=lambda one: (one.start, -one.end)):
        if not chosen or found.start >= chosen[-1].end:
            chosen.append(found)
    return chosen


def _all(text: str, fillables: Sequence[Fillable]) -> Iterator[Found]:
    names = {one.name for one in fillables}
    for written in _PLACEHOLDER.finditer(text):
        if written[1] in names:
            yield Found(start=written.start(), end=written.end(), name=written[1])
    for one in fillables:
        for at in re.finditer(re.escape(one.gap), text) if one.gap else ():
            yield Found(start=at.start(), end=at.end(), name=one.name)
    for literal in {one.literal for one in fillables if len(one.literal) >= _SHORTEST}:
        sharing = [one for one in fillables if one.literal == literal]
        for place in _places(text, literal, sharing[0].kind):
            if owner := _owner(text, place, sharing):
                yield Found(start=place.start(), end=place.end(), name=owner.name)


def _places(text: str, literal: str, kind: str) -> Iterator[re.Match[str]]:
    if kind == PID:
        yield from _at_group(_PID, text, literal)
        return
    before = r"(?<![\w.-])" if literal[0].isalnum() else r"(?<![/:])"
    after = r"(?![\w-]|\.\w)" if kind in ("port", "host") else r"(?![\w/-]|\.\w)"
    ending = "" if kind == GAP else after
    yield from re.finditer(("" if kind == GAP else before) + re.escape(literal) + ending, text)


def _at_group(pattern: re.Pattern[str], text: str, literal: str) -> Iterator[re.Match[str]]:
    exactly = re.compile(re.escape(literal))
    for found in pattern.finditer(text):
        if found[1] == literal and (place := exactly.match(text, found.start(1))):
            yield place


def _owner(text: str, place: re.Match[str], sharing: Sequence[Fillable]) -> Fillable | None:
    """The one parameter that the word stands for here; None where it is not certain."""
    if sharing[0].literal in _GENERIC_HOSTS and not _is_host_here(text, place):
        return None
    line = _line_without(text, place)
    if len(sharing) == 1:
        one = sharing[0]
        return one if _is_certain(one, text, place) or _names(line, one) else None
    named = [one for one in sharing if _names(line, one)]
    named = named or [
        one for one in sharing if one.kind == "container" and _CONTAINERS.search(line)
    ]
    return named[0] if len(named) == 1 else None


def _is_certain(one: Fillable, text: str, place: re.Match[str]) -> bool:
    if one.kind in (PID, GAP) or one.literal in _GENERIC_HOSTS:
        return True
    if one.kind == "port":
        return len(one.literal) >= 4 or bool(_PORT_BEFORE.search(_before(text, place)))
    if one.kind == "container":
        return _CONTAINERS.search(_line_without(text, place)) is not None
    return len(one.literal) >= 4 and not re.fullmatch(r"[\w-]+", one.literal)


def _is_host_here(text: str, place: re.Match[str]) -> bool:
    """`localhost` is often the very name that is looked into, not the host that is asked."""
    after = re.match(r":\d", text[place.end() : place.end() + 2])
    return after is not None or _HOST_BEFORE.search(_before(text, place)) is not None


def _before(text: str, place: re.Match[str]) -> str:
    return text[max(0, place.start() - _LOOK_BACK) : place.start()]


def _line_without(text: str, place: re.Match[str]) -> str:
    start, end = text.rfind("\n", 0, place.start()) + 1, text.find("\n", place.end())
    return f"{text[start : place.start()]}\0{text[place.end() : end if end >= 0 else len(text)]}"


def _names(line: str, one: Fillable) -> bool:
    words = re.escape(one.name).replace("_", "[-_ ]?")
    return re.search(rf"(?<![\w/.]){words}s?(?![\w/.])", line, re.IGNORECASE) is not None
