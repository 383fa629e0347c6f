"""Whether an ASGI target (`module:attribute`) can be loaded from its folder."""

from collections.abc import Mapping
from typing import Any

from probes.engine import imports
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    module, _, attribute = params["target"].partition(":")
    [seen], stderr = await imports.look(
        [(module, attribute)], params=params, deadline=deadline, policy=policy
    )
    reason_code = _reason(module, seen)
    return Observation(
        reason_code=reason_code,
        facts={
            "target": params["target"],
            "searched_cwd": params["cwd"],
            "importable": reason_code == "loadable",
            "exception": seen["exception"],
            "missing_module": seen["missing_module"],
            "origin": seen["origin"],
        },
        summary=_SAYS[reason_code].format(
            target=params["target"],
            cwd=params["cwd"],
            module=module,
            attribute=attribute,
            missing=seen["missing_module"],
            exception=seen["exception"],
            message=seen["message"],
        ),
        output="" if reason_code == "loadable" else stderr,
    )


def _reason(module: str, seen: Mapping[str, Any]) -> str:
    if seen["ok"]:
        return "attr_missing" if seen.get("missing_attribute") else "loadable"
    missing = seen["missing_module"]
    if missing is None:
        return "import_error"
    # The target itself, or a package it lies in, is not there: we are in another folder.
    if module == missing or module.startswith(f"{missing}."):
        return "wrong_cwd"
    return "module_not_found"


_SAYS = {
    "loadable": "{target} can be loaded from {cwd}",
    "attr_missing": "{module} has no {attribute}",
    "wrong_cwd": "there is no module {missing} in {cwd}",
    "module_not_found": "{module} needs {missing}, which is not installed",
    "import_error": "{module} fails on import: {exception}: {message}",
}

KIND = Kind(
    name="asgi_target",
    title="ASGI target",
    help="Loads module:attribute with the target's interpreter, from the folder it starts in.",
    params=(
        Param(
            name="interpreter",
            type="interpreter",
            required=True,
            help="Full path of the target's Python, as the location lists it.",
        ),
        Param(name="cwd", type="path", required=True, help="The folder the target is started in."),
        Param(name="target", type="target", required=True, help="For example main:app."),
    ),
    reasons=reasons(
        ok=("loadable",),
        critical=("module_not_found", "attr_missing", "import_error", "wrong_cwd"),
        unknown=("interpreter_missing", "timeout"),
    ),
    look=look,
    cost_s=1.0,
)
