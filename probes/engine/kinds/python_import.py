"""Whether the target's own interpreter can import modules, and what provides them."""

from collections.abc import Mapping
from typing import Any

from probes.engine import imports
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    wanted = [(module, "") for module in params["modules"]]
    seen, stderr = await imports.look(wanted, params=params, deadline=deadline, policy=policy)
    failed = next((module for module in seen if not module["ok"]), None)
    facts = {
        "interpreter": params["interpreter"],
        "modules": {module["module"]: _facts(module) for module in seen},
        "missing_module": failed and failed["missing_module"],
    }
    if failed is None:
        names = ", ".join(module["module"] for module in seen)
        return Observation(
            reason_code="importable", facts=facts, summary=f"{names} can be imported"
        )
    missing = failed["exception"] == "ModuleNotFoundError"
    return Observation(
        reason_code="module_not_found" if missing else "import_error",
        facts=facts,
        summary=f"{failed['module']}: {failed['exception']}: {failed['message']}",
        output=stderr,
    )


def _facts(module: Mapping[str, Any]) -> dict[str, Any]:
    names = ("ok", "exception", "origin", "distribution", "version")
    return {name: module[name] for name in names}


KIND = Kind(
    name="python_import",
    title="Python import",
    help="Imports modules with the target's own interpreter and names what provides them.",
    params=(
        Param(
            name="interpreter",
            type="interpreter",
            required=True,
            help="Full path of the target's Python, as the location lists it.",
        ),
        Param(
            name="modules",
            type="module",
            required=True,
            multiple=True,
            help="Modules to import, one by one.",
        ),
        Param(name="cwd", type="path", help="The folder the target is started in."),
    ),
    reasons=reasons(
        ok=("importable",),
        critical=("module_not_found", "import_error"),
        unknown=("interpreter_missing", "timeout"),
    ),
    look=look,
    cost_s=1.0,
)
