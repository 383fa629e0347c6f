"""env_file_keys: does an environment file set what a service needs? Names only, never values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import Complaint
from probes.engine.files.env_file import EnvFile, Variable, parse
from probes.engine.files.text_file import beside_the_loop, read_whole
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MOST_BYTES = 256 * 1024


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await beside_the_loop(_look, params, deadline=deadline, policy=policy)


def _look(params: Mapping[str, Any], policy: Policy) -> Observation:
    path = params["path"]
    try:
        read = read_whole(path, policy=policy, most_bytes=_MOST_BYTES)
    except FileNotFoundError:
        asked = _asked(params)
        facts = {"path": path, "missing": asked, "present": [], "empty": [], "placeholder": []}
        return Observation(
            reason_code="file_missing", facts=facts, summary=f"{path} does not exist"
        )
    return _observe(params, parse(read.text), read.encoding)


def _asked(params: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*params["required"], *params["nonempty"]]))


def _observe(params: Mapping[str, Any], file: EnvFile, encoding: str) -> Observation:
    asked = _asked(params)
    seen = [file.variables[name] for name in asked if name in file.variables]
    facts = {
        "path": params["path"],
        "present": [each.name for each in seen],
        "missing": [name for name in asked if name not in file.variables],
        "empty": [each.name for each in seen if each.is_empty],
        "placeholder": [each.name for each in seen if each.is_placeholder],
        "duplicate": [each.name for each in seen if each.times > 1],
        "refers": [each.name for each in seen if each.refers],
        # Not a mapping: under the name of a secret even a line number would be masked.
        "lines": [{"name": each.name, "line": each.line} for each in seen],
        "unread_lines": file.unread_lines[:20],
        "count": len(file.variables),
        "encoding": encoding,
    }
    code, words = _reason(params, facts, seen)
    return Observation(reason_code=code, facts=facts, summary=f"{params['path']} {words}")


def _reason(
    params: Mapping[str, Any], facts: Mapping[str, Any], seen: Sequence[Variable]
) -> tuple[str, str]:
    if facts["missing"]:
        unread = facts["unread_lines"]
        also = f"; line {unread[0]} sets nothing" if unread else ""
        return "missing_keys", f"does not set {_listed(facts['missing'])}{also}"
    if empty := [name for name in facts["empty"] if name in params["nonempty"]]:
        return "empty_keys", f"leaves {_listed(empty)} empty"
    if params["forbid_placeholder"] and facts["placeholder"]:
        return "placeholder_values", f"has a placeholder for {_listed(facts['placeholder'])}"
    if facts["encoding"] != "utf-8":
        return "odd_encoding", f"sets all, but in {facts['encoding']}, which loaders may not read"
    return "complete", f"sets {_listed(facts['present'])}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    if not _asked(params):
        yield Complaint(field="required", message="name a variable here or in nonempty")


KIND = Kind(
    name="env_file_keys",
    title="Variables of an .env file",
    help="Looks whether an .env file sets the variables a service needs. Only their names leave "
    "the host, never a value.",
    params=(
        Param(name="path", type="path", required=True, help="Full path, inside allowed folders."),
        Param(name="required", type="variable", multiple=True, help="Names that must be set."),
        Param(
            name="nonempty",
            type="variable",
            multiple=True,
            help="Names that must be set to something.",
        ),
        Param(
            name="forbid_placeholder",
            type="boolean",
            default=False,
            help="Values such as changeme or <your-key> are a failure.",
        ),
    ),
    reasons=reasons(
        ok=("complete",),
        # A mark before UTF-8 becomes part of the first name; other encodings end in an exception.
        warning=("odd_encoding",),
        critical=("missing_keys", "empty_keys", "placeholder_values", "file_missing"),
        unknown=("unreadable", "timeout"),
    ),
    look=look,
    cost_s=0.05,
    check=_check,
    facts={
        "path": "The path that was asked for.",
        "present": "The asked names that are set.",
        "missing": "The asked names that are not set.",
        "empty": "Names that are set to nothing.",
        "placeholder": "Names whose value still looks like a template's.",
        "duplicate": "Names that are set several times; the last one counts.",
        "refers": "Names whose value puts in other variables by a dollar sign.",
        "lines": "One entry per name that is set: the name and the line that sets it.",
        "unread_lines": "Lines that set nothing and are no comment.",
        "count": "How many variables the file sets.",
        "encoding": "How the file is saved; many loaders read nothing but plain UTF-8.",
    },
    example={"path": "/srv/app/.env", "required": ["DATABASE_URL"], "nonempty": ["JWT_SECRET_KEY"]},
)
