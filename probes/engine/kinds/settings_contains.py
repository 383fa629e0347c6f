"""settings_contains: does a setting of a service hold this, such as an allowed origin?"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.files.django_settings import read_django_setting
from probes.engine.files.settings_file import FORMS, Setting, form_of, read_setting
from probes.engine.files.text_file import beside_the_loop, read_whole
from probes.engine.guard import allowed_path
from probes.engine.redact import names_a_secret
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MOST_BYTES = 256 * 1024


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    return await beside_the_loop(_look, params, deadline=deadline, policy=policy)


def _look(params: Mapping[str, Any], policy: Policy) -> Observation:
    path, name = params["path"], params["setting"]
    form = form_of(path) if params["format"] == "auto" else params["format"]
    try:
        text = read_whole(path, policy=policy, most_bytes=_MOST_BYTES).text
    except FileNotFoundError:
        facts = _facts(params, form, Setting())
        return Observation(
            reason_code="file_missing", facts=facts, summary=f"{path} does not exist"
        )
    if form == "django":
        real = allowed_path(path, policy=policy)
        found = read_django_setting(real, name, read=lambda at: _source(at, policy))
    else:
        found = read_setting(text, name, form=form, shown=path)
    return _observe(params, form, found)


def _source(path: Path, policy: Policy) -> str | None:
    try:
        return read_whole(str(path), policy=policy, most_bytes=_MOST_BYTES).text
    except FileNotFoundError:
        return None


def _observe(params: Mapping[str, Any], form: str, found: Setting | None) -> Observation:
    path, name = params["path"], params["setting"]
    facts = _facts(params, form, found or Setting())
    if found is None:
        return Observation(
            reason_code="missing", facts=facts, summary=f"{path} does not set {name}"
        )
    if not facts["missing"]:
        words = f"{name} in {path} holds {', '.join(facts['present'])}"
        return Observation(reason_code="contains", facts=facts, summary=words)
    if found.unclear:
        raise CannotLook("unreadable", f"{name} is not known from {path} alone: {found.unclear}")
    words = f"{name} in {path} does not hold {', '.join(facts['missing'])}"
    if facts["nearly"]:
        words += f", but {', '.join(facts['nearly'])}"
    return Observation(reason_code="missing", facts=facts, summary=words)


def _facts(params: Mapping[str, Any], form: str, found: Setting) -> dict[str, Any]:
    """Of the value only what was asked for, or is nearly that: the rest may be confidential."""
    wanted = params["expect_contains"]
    missing = [each for each in wanted if not _holds(found, each)]
    near = {_roughly(each) for each in missing}
    return {
        "path": params["path"],
        "setting": params["setting"],
        "format": form,
        "present": [each for each in wanted if each not in missing],
        "missing": missing,
        "nearly": [item for item in found.items if _roughly(item) in near],
        "count": len(found.items),
    }


def _holds(found: Setting, wanted: str) -> bool:
    return wanted in found.items or (
        wanted.lower() in ("true", "false") and wanted.lower() in found.items
    )


def _roughly(text: str) -> str:
    return text.strip().strip("\"'").rstrip("/").casefold().replace("https://", "http://")


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    if names_a_secret(params["setting"]):
        yield Complaint(
            field="setting", message="names a secret; env_file_keys says whether it is set"
        )


KIND = Kind(
    name="settings_contains",
    title="Setting of a service",
    help="Reads one setting from a service's file without running it, and says whether it holds "
    "what it must, such as an origin. What a service was started with may differ.",
    params=(
        Param(name="path", type="path", required=True, help="Full path, inside allowed folders."),
        Param(
            name="setting",
            type="variable",
            required=True,
            help="Its name; in TOML, INI, JSON and YAML a path with dots.",
        ),
        Param(
            name="expect_contains",
            type="text",
            required=True,
            multiple=True,
            help="Each must be one whole part of the value.",
        ),
        Param(
            name="format",
            type="choice",
            choices=("auto", *FORMS),
            default="auto",
            help="auto: by the file's ending; .py is a Django settings module.",
        ),
    ),
    reasons=reasons(
        ok=("contains",),
        critical=("missing", "file_missing"),
        unknown=("unreadable", "timeout"),
    ),
    look=look,
    cost_s=0.05,
    check=_check,
    facts={
        "path": "The path that was asked for.",
        "setting": "The setting that was asked for.",
        "format": "How the file was read.",
        "present": "What it must hold and does.",
        "missing": "What it must hold and does not.",
        "nearly": "Parts that differ from those only by case, a slash at the end, quotes or https.",
        "count": "How many parts the value has.",
    },
    example={
        "path": "/srv/app/config/settings.py",
        "setting": "CORS_ALLOWED_ORIGINS",
        "expect_contains": ["http://localhost:5173"],
    },
)
