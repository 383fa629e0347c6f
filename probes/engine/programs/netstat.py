"""Windows' own netstat, for a host without psutil."""

import os
from pathlib import Path

from probes.engine.errors import CannotLook
from probes.engine.programs import child

_MOST_BYTES = 4 * 1024 * 1024
_INSTEAD = "install psutil with `python -m pip install psutil`"


async def netstat(*, deadline: float) -> str:
    """What `netstat -ano` prints: every socket with its pid. Raises CannotLook.

    By its full path: a program of that name in the PATH or the working folder may be anyone's.
    """
    program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "netstat.exe")
    try:
        ended = await child.run(
            [str(program), "-ano"], cwd=None, deadline=deadline, most_bytes=_MOST_BYTES
        )
    except OSError as error:
        raise _cannot_look(f"{program} cannot be started ({error.strerror})") from None
    if ended.exit_code is None:
        raise CannotLook("runner_overloaded", f"{program} took too long")
    if ended.exit_code != 0 or ended.is_cut:
        raise _cannot_look(f"{program} did not list this host's sockets whole")
    return ended.stdout


def _cannot_look(problem: str) -> CannotLook:
    return CannotLook("library_missing", f"{problem}; {_INSTEAD}")
