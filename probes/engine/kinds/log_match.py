"""log_match: do the last lines of a log file say this?"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from probes.engine.files.log_lines import (
    EXPECT,
    LAST_LINE_ONLY,
    judging,
    log_lines,
    rotated,
    search,
    shown,
)
from probes.engine.files.text_file import TextFile, beside_the_loop, read_end
from probes.engine.guard import allowed_path
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_SHORTEST = 1024
_MOST_BYTES = 1 << 20
_OUTPUT_LINES = 20


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await beside_the_loop(_look, params, deadline=deadline, policy=policy)


def _look(params: Mapping[str, Any], policy: Policy) -> Observation:
    path, most = params["path"], params["tail_bytes"]
    real = allowed_path(path, policy=policy)
    before = rotated(real, policy=policy)
    try:
        files = [read_end(real, shown=path, most_bytes=most)]
    except FileNotFoundError:
        also = f"; its rotated file {before.name} is there" if before else ""
        facts = {"path": path, "matched": [], "lines_read": 0, "rotated": None}
        return Observation(
            reason_code="file_missing", facts=facts, summary=f"{path} does not exist{also}"
        )
    # Just after a rotation the last lines stand in the file before.
    missing = most - files[0].size_bytes
    if before and missing >= _SHORTEST:
        files.insert(0, read_end(before, shown=str(before), most_bytes=missing))
    return _observe(params, files)


def _observe(params: Mapping[str, Any], files: Sequence[TextFile]) -> Observation:
    lines = [line for file in files for line in log_lines(file.text)]
    full = [line for line in lines if line.strip()]
    searched = full[-1:] if params["last_line_only"] else full
    matched = search(params["patterns"], searched)
    now = files[-1]
    facts = {
        "path": params["path"],
        "matched": matched,
        "last_line": shown(full[-1]) if full else None,
        "lines_read": len(lines),
        "is_cut": files[0].is_cut,
        "rotated": str(files[0].path) if len(files) > 1 else None,
        "size_bytes": now.size_bytes,
        "mtime": now.modified.isoformat(timespec="seconds"),
        "age_s": round(max(0.0, (datetime.now(UTC) - now.modified).total_seconds()), 1),
    }
    return Observation(
        reason_code="matched" if matched else "not_matched",
        facts=facts,
        summary=_words(params["path"], matched, len(searched)),
        output="\n".join(lines[-_OUTPUT_LINES:]),
    )


def _words(path: str, matched: Sequence[Mapping[str, Any]], searched: int) -> str:
    if matched:
        return f"{path} says: {matched[0]['line']}"
    if not searched:
        return f"{path} is empty"
    return f"nothing of it is in the last {searched} lines of {path}"


KIND = Kind(
    name="log_match",
    title="Log file",
    help="Searches the last lines of a log file, over one rotation. A line that says that a "
    "server runs is no proof that it does: ask its port.",
    params=(
        Param(name="path", type="path", required=True, help="Full path, inside allowed folders."),
        Param(
            name="patterns",
            type="pattern",
            required=True,
            multiple=True,
            help="RE2, each searched line by line; one that is found is enough.",
        ),
        Param(
            name="tail_bytes",
            type="integer",
            minimum=_SHORTEST,
            maximum=_MOST_BYTES,
            default=64 * 1024,
            help="How many bytes from the end.",
        ),
        LAST_LINE_ONLY,
        EXPECT,
    ),
    reasons=reasons(
        ok=("matched",), critical=("not_matched", "file_missing"), unknown=("unreadable", "timeout")
    ),
    look=look,
    cost_s=0.1,
    judging=judging,
    facts={
        "path": "The path that was asked for.",
        "matched": "One entry per pattern that was found: how often, and the last such line.",
        "last_line": "The last line that is not empty.",
        "lines_read": "How many lines were read.",
        "is_cut": "Whether older lines were left unread.",
        "rotated": "The file before the last rotation, when its end was read too.",
        "size_bytes": "Its size.",
        "mtime": "When it was last changed.",
        "age_s": "Seconds since it was last changed.",
    },
    example={"path": "/srv/app/logs/app.log", "patterns": ["ModuleNotFoundError: No module named"]},
)
