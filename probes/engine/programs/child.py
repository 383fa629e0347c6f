"""Running a program for a probe: an argument list, caps, and its whole group killed at the end."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from probes.engine.programs.sources import source_of

_CHUNK = 16 * 1024
Keep = Literal["start", "end"]
# What a program needs to start at all. Our own environment holds our secrets.
_KEPT = ("PATH", "HOME", "TZ", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How the program ended; `exit_code` is None when it was killed at the deadline."""

    exit_code: int | None
    stdout: str
    stderr: str
    is_cut: bool = False


async def run(
    argv: Sequence[str],
    *,
    cwd: str | None,
    deadline: float,
    most_bytes: int = 64 * 1024,
    keep: Keep = "end",
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Ended:
    """Run `argv`, never through a shell. The deadline covers its pipes too: a grandchild that
    keeps one open is killed with the group. Raises OSError when it cannot be started.

    `keep` says which part of too long an output is kept; `environment` goes over what every
    program gets.
    """
    loop = asyncio.get_running_loop()
    process = await asyncio.create_subprocess_exec(
        *_launched(argv, seconds=max(1, int(deadline - loop.time()) + 2)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**_environment(), **environment},
        start_new_session=True,
    )
    try:
        return await _ended(process, deadline, most_bytes, keep)
    finally:
        await _end_group(process)


def _launched(argv: Sequence[str], *, seconds: int) -> list[str]:
    """Through the launcher, which sets limits on itself and then becomes the program."""
    if os.name != "posix":
        return list(argv)
    return [sys.executable, "-I", "-S", "-c", source_of("launcher.py"), str(seconds), *argv]


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


async def _ended(
    process: asyncio.subprocess.Process, deadline: float, most_bytes: int, keep: Keep
) -> Ended:
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = _Kept(most_bytes, keep), _Kept(most_bytes, keep)
    exit_code: int | None = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            await asyncio.gather(
                _drain(process.stdout, output),
                _drain(process.stderr, errors),
            )
            exit_code = await process.wait()
    return Ended(
        exit_code=exit_code,
        stdout=output.text,
        stderr=errors.text,
        is_cut=output.is_cut or errors.is_cut,
    )


async def _drain(pipe: asyncio.StreamReader, into: "_Kept") -> None:
    while data := await pipe.read(_CHUNK):
        into.add(data)


class _Kept:
    """Keeps one end and throws the rest away: the program never blocks on us. The last line of
    a traceback says most, and the first of a monitoring plugin."""

    def __init__(self, most_bytes: int, keep: Keep) -> None:
        self._data = bytearray()
        self._most_bytes, self._keep = most_bytes, keep
        self.is_cut = False

    def add(self, data: bytes) -> None:
        self._data += data
        self.is_cut |= len(self._data) > self._most_bytes
        over = (
            slice(None, -self._most_bytes) if self._keep == "end" else slice(self._most_bytes, None)
        )
        del self._data[over]

    @property
    def text(self) -> str:
        """Without the line whose beginning was cut off, unless it is the only one: half a secret
        no longer looks like one."""
        data = self._data
        if self.is_cut and self._keep == "end":
            data = data.partition(b"\n")[2] or data
        return data.decode("utf-8", errors="replace")


async def _end_group(process: asyncio.subprocess.Process) -> None:
    """Nothing that was started for this run outlives it, not even what changed its group."""
    for pid in _descendants(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM if os.name != "posix" else signal.SIGKILL)
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    # Closes the pipes on our side, even where a stranger still holds the other end.
    transport = process._transport  # type: ignore[attr-defined]
    transport.close()
    with contextlib.suppress(Exception):
        await asyncio.wait_for(process.wait(), timeout=1)


def _descendants(pid: int) -> list[int]:
    """What it started, as far as it can be seen: without psutil only its group is ended."""
    try:
        import psutil
    except ImportError:
        return []
    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []
