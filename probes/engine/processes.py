"""A child process that ends by a deadline, whatever it does, with its output capped."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

MAX_OUTPUT_BYTES = 64 * 1024
# What a child may keep of our environment: enough to start, nothing that could be a secret.
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a child ended. `timed_out` means that we killed it at the deadline."""

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool


async def run(argv: Sequence[str], *, cwd: str | None, deadline: float) -> Finished:
    """Run `argv` without a shell until `deadline` (loop time). Raises OSError if it cannot start.

    The whole process group is killed at the end, so no grandchild outlives the call.
    """
    child = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    kept: dict[str, bytes] = {"stdout": b"", "stderr": b""}
    timed_out = False
    try:
        async with asyncio.timeout_at(deadline):
            await asyncio.gather(
                _keep(child.stdout, kept, "stdout"), _keep(child.stderr, kept, "stderr")
            )
            await child.wait()
    except TimeoutError:
        timed_out = True
    finally:
        _kill_group(child)
        await child.wait()
    return Finished(
        returncode=child.returncode if child.returncode is not None else -1,
        stdout=kept["stdout"].decode(errors="replace"),
        stderr=kept["stderr"].decode(errors="replace"),
        timed_out=timed_out,
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8"}


async def _keep(stream: asyncio.StreamReader | None, kept: dict[str, bytes], name: str) -> None:
    """Read to the end, keeping the last MAX_OUTPUT_BYTES: a traceback's last line says most."""
    while stream is not None and (chunk := await stream.read(8192)):
        kept[name] = (kept[name] + chunk)[-MAX_OUTPUT_BYTES:]


def _kill_group(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        elif child.returncode is None:
            child.kill()
