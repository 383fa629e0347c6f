"""A requirements file of pip: the requirements in it, and the lines that say nothing to compare."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_path
from probes.engine.spec import Policy

_MAX_BYTES = 64 * 1024
_MOST_FILES = 10
_COMMENT = re.compile(r"(?:^|\s)#.*")
_OPTIONS_AFTER = re.compile(r"\s--?[a-z].*")
_INCLUDE = re.compile(r"(?:-r|--requirement)[\s=]*(\S.*)")
_NOT_A_PACKAGE = re.compile(r"(?:-e|--editable|-c|--constraint)\b")
_AT_URL = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(\[[\w\s,.-]*\])?\s*@\s*\S+(?:\s+;\s*(.*))?")
_PLACE = re.compile(r"^[./~\\]|://|^git\+|\.(?:whl|zip|tar\.gz)$|^[A-Za-z]:\\")


@dataclass(kw_only=True)
class Requirements:
    """`unjudged` holds {asked, why}: lines that ask for something we cannot compare."""

    asked: list[str] = field(default_factory=list)
    unjudged: list[dict[str, Any]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def read_requirements(path: str, *, policy: Policy) -> Requirements:
    """The file with those it includes. Raises CannotLook when one cannot be read."""
    found = Requirements()
    _read(path, found, policy)
    return found


def _read(path: str, found: Requirements, policy: Policy) -> None:
    real = allowed_path(path, policy=policy)
    if real in found.files:
        return
    if len(found.files) == _MOST_FILES:
        raise CannotLook("unreadable", f"{path} is one file more than the {_MOST_FILES} we read")
    found.files.append(real)
    for line in _lines(_text(real, path)):
        if include := _INCLUDE.fullmatch(line):
            _read(str(real.parent / include.group(1)), found, policy)
        else:
            _sort(line, found)


def _text(real: Path, shown: str) -> str:
    try:
        if not real.is_file():
            raise CannotLook("unreadable", f"{shown} is not there, or is no file")
        with real.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CannotLook("unreadable", f"{shown} cannot be read: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise CannotLook("unreadable", f"{shown} is larger than {_MAX_BYTES} bytes")
    return data.decode("utf-8-sig", errors="replace")


def _lines(text: str) -> Iterator[str]:
    """Joined where a backslash ends them, without comments."""
    for line in re.sub(r"\\\r?\n", "", text).splitlines():
        if stripped := _COMMENT.sub("", line).strip():
            yield stripped


def _sort(line: str, found: Requirements) -> None:
    if at_url := _AT_URL.fullmatch(line):
        name, extras, marker = at_url.groups()
        found.asked.append(f"{name}{extras or ''}" + (f"; {marker}" if marker else ""))
        return
    is_option = line.startswith("-")
    is_place = not is_option and _PLACE.search(line.partition(";")[0].strip())
    if is_place or _NOT_A_PACKAGE.match(line):
        found.unjudged.append({"asked": line, "why": "it names a place, not a version"})
    elif not is_option:
        found.asked.append(_OPTIONS_AFTER.sub("", line).strip())
