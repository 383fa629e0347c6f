"""file_present: is there a file or folder at this path, of the kind that is expected?"""

import os
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.files.text_file import beside_the_loop
from probes.engine.guard import allowed_path
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_KINDS = (("file", stat.S_ISREG), ("folder", stat.S_ISDIR), ("socket", stat.S_ISSOCK))


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await beside_the_loop(_look, params, deadline=deadline, policy=policy)


def _look(params: Mapping[str, Any], policy: Policy) -> Observation:
    path = allowed_path(params["path"], policy=policy)
    facts: dict[str, Any] = {"path": params["path"], "real_path": str(path), "exists": False}
    try:
        # The real path was checked; a link that appeared since then is not followed.
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return _say("absent", facts, "does not exist")
    except PermissionError:
        raise CannotLook(
            "permission_denied", f"{params['path']} is in a folder this user may not enter"
        ) from None
    facts |= _describe(seen)
    return _judge_kind(params, facts, readable=os.access(path, os.R_OK))


def _describe(seen: os.stat_result) -> dict[str, Any]:
    found = next((name for name, is_one in _KINDS if is_one(seen.st_mode)), "other")
    return {
        "exists": True,
        "kind": found,
        "size_bytes": seen.st_size,
        "mtime": datetime.fromtimestamp(seen.st_mtime, UTC).isoformat(timespec="seconds"),
        "mode": f"{stat.S_IMODE(seen.st_mode):04o}",
    }


def _judge_kind(params: Mapping[str, Any], facts: dict[str, Any], *, readable: bool) -> Observation:
    wanted = params["kind"]
    if wanted not in ("any", facts["kind"]):
        return _say("wrong_kind", facts, f"is a {facts['kind']}, not a {wanted}")
    if params["min_size"] is not None and facts["size_bytes"] < params["min_size"]:
        return _say("too_small", facts, f"has only {facts['size_bytes']} bytes")
    if params["mode_max"] and int(facts["mode"], 8) & ~int(params["mode_max"], 8):
        return _say("too_open", facts, f"has mode {facts['mode']}, wider than {params['mode_max']}")
    if not readable:
        return _say("unreadable", facts, "is there, but this user may not read it")
    return _say("present", facts, "is there")


def _say(reason_code: str, facts: dict[str, Any], words: str) -> Observation:
    return Observation(reason_code=reason_code, facts=facts, summary=f"{facts['path']} {words}")


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    mode = params["mode_max"]
    if mode and "${" not in mode and not (len(mode) <= 4 and all(c in "01234567" for c in mode)):
        yield Complaint(field="mode_max", message="must be octal, such as 0600")


KIND = Kind(
    name="file_present",
    title="File or folder",
    help="Looks whether a path exists and what it is; never opens it.",
    params=(
        Param(name="path", type="path", required=True, help="Full path, inside allowed folders."),
        Param(
            name="kind", type="choice", choices=("any", "file", "folder", "socket"), default="any"
        ),
        Param(name="min_size", type="integer", minimum=0, help="In bytes."),
        Param(name="mode_max", type="text", help="Widest allowed permissions, such as 0600."),
    ),
    reasons=reasons(
        ok=("present",),
        warning=("unreadable", "too_open"),
        critical=("absent", "wrong_kind", "too_small"),
        unknown=("timeout",),
    ),
    look=look,
    cost_s=0.05,
    check=_check,
    facts={
        "path": "The path that was asked for.",
        "real_path": "The same with every link followed.",
        "exists": "Whether anything is there.",
        "kind": "What it is: file, folder, socket or other.",
        "size_bytes": "Its size.",
        "mtime": "When it was last changed.",
        "mode": "Its permissions in octal.",
    },
    example={"path": "/srv/app/.env", "kind": "file", "mode_max": "0640"},
)
