"""Reading text files of a host: only what the policy allows, never more than a cap, any encoding."""

import asyncio
import codecs
import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.guard import allowed_path
from probes.engine.spec import Observation, Policy

# Windows' own tools write these: PowerShell's `>` UTF-16, and Notepad the mark before UTF-8.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"),
          (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """What was read of a file. `is_cut`: there is more than was read.

    `encoding` is Python's name of it; "binary" when it is none that is known.
    """

    path: Path
    text: str
    encoding: str
    size_bytes: int
    modified: datetime
    is_cut: bool


def lines_of(text: str) -> list[str]:
    """Without their ends, by \\n and \\r\\n alone: other separators are part of a line."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


async def beside_the_loop(
    look: Callable[[Mapping[str, Any], Policy], Observation],
    params: Mapping[str, Any],
    *,
    deadline: float,
    policy: Policy,
) -> Observation:
    """Looking at a file may hang (a dead network mount), so it happens in a thread."""
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.to_thread(look, params, policy)
    except TimeoutError:
        slow = params.get("path", "the file")
        raise CannotLook("timeout", f"{slow} did not answer in time") from None


def read_whole(path: str, *, policy: Policy, most_bytes: int) -> TextFile:
    """Raises FileNotFoundError, or CannotLook: not_allowed, unreadable (also when too large)."""
    read = read_end(allowed_path(path, policy=policy), shown=path, most_bytes=most_bytes)
    if read.is_cut:
        raise CannotLook(
            "unreadable", f"{path} has {read.size_bytes} bytes; at most {most_bytes} are read"
        )
    return read


def read_end(path: Path, *, shown: str, most_bytes: int) -> TextFile:
    """The last bytes of a file the guard allowed, from the first whole line on.

    Raises FileNotFoundError, or CannotLook: unreadable (also when not one line is whole: half a
    line can be a secret without its name).
    """
    with _opened(path, shown) as file:
        seen = os.fstat(file)
        mark, start = _mark(os.read(file, 3))
        # An even number of bytes keeps UTF-16 in step.
        begin = max(start, start + (seen.st_size - start - most_bytes) // 2 * 2)
        os.lseek(file, begin, os.SEEK_SET)
        data = _read_most(file, most_bytes + 1)
    is_cut = begin > start
    text, encoding = _whole_lines(data, mark) if is_cut else _decoded(data, mark)
    if is_cut and not text:
        raise CannotLook(
            "unreadable", f"the last line of {shown} is longer than {most_bytes} bytes"
        )
    return TextFile(
        path=path,
        text=text,
        encoding=encoding,
        size_bytes=seen.st_size,
        modified=datetime.fromtimestamp(seen.st_mtime, UTC),
        is_cut=is_cut,
    )


@contextlib.contextmanager
def _opened(path: Path, shown: str) -> Iterator[int]:
    """Without following a link that appeared since the guard looked, nor waiting at a pipe."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        file = os.open(path, flags)
    except NotADirectoryError as error:
        raise FileNotFoundError(str(error)) from None
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CannotLook("unreadable", _why_not(path, shown, error)) from None
    try:
        mode = os.fstat(file).st_mode
        if not stat.S_ISREG(mode):
            found = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise CannotLook("unreadable", f"{shown} is {found}, not a file")
        yield file
    finally:
        os.close(file)


def _why_not(path: Path, shown: str, error: OSError) -> str:
    # Windows refuses to open a folder in the words of a missing permission.
    # Unlike the path's own question, this one answers no where its folder may not be entered.
    if os.path.isdir(path):
        return f"{shown} is a folder, not a file"
    if isinstance(error, PermissionError):
        return f"this user may not read {shown}; run the probe as a user who may"
    return f"{shown} cannot be read: {error.strerror}"


def _mark(beginning: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            return encoding, len(mark)
    return "", 0


def _read_most(file: int, most_bytes: int) -> bytes:
    data = bytearray()
    while len(data) < most_bytes and (more := os.read(file, most_bytes - len(data))):
        data += more
    return bytes(data)


def _whole_lines(data: bytes, mark: str) -> tuple[str, str]:
    """From the second line on. Cut before decoding: half a character says nothing of the others."""
    if mark.startswith("utf-16"):
        text, encoding = _decoded(data, mark)
        return text.partition("\n")[2], encoding
    return _decoded(data.partition(b"\n")[2], mark)


def _decoded(data: bytes, mark: str) -> tuple[str, str]:
    """Text and encoding. Without a mark it is UTF-8, or else what Korean Windows writes. The last
    character may still be half written."""
    if mark:
        return data.decode(mark, errors="replace"), mark
    for guess in ("utf-8", "cp949"):
        with contextlib.suppress(UnicodeDecodeError):
            return codecs.getincrementaldecoder(guess)().decode(data), guess
    return data.decode("utf-8", errors="replace"), "binary"
