"""python_import: can the target's own interpreter import these modules, and who provides them?"""

from collections.abc import Mapping
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.programs.imports import Imports, check_interpreter, try_imports, working_folder
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_TOLD = ("ok", "exception", "message", "missing_module", "origin", "distribution", "distributions",
         "version")  # fmt: skip


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    interpreter = params["interpreter"]
    cwd = _folder(params["cwd"], policy)
    check_interpreter(interpreter, policy=policy)
    done = await try_imports(
        interpreter, params["modules"], cwd=cwd, policy=policy, deadline=deadline
    )
    if done.is_timed_out:
        raise CannotLook("timeout", f"importing {done.trying or 'the first module'} took too long")
    return _observe(params, done)


def _folder(cwd: str | None, policy: Policy) -> str | None:
    if cwd is None:
        return None
    folder = working_folder(cwd, policy=policy)
    if folder is None:
        raise CannotLook("bad_definition", f"there is no folder {cwd} to import from")
    return folder


def _observe(params: Mapping[str, Any], done: Imports) -> Observation:
    modules = {answer["name"]: _told(answer) for answer in done.answers}
    if done.trying is not None:
        died = f"the interpreter ended with code {done.exit_code}"
        modules[done.trying] = {"ok": False, "exception": None, "message": died}
    missing = [name for name, told in modules.items() if told.get("missing_module")]
    failed = [name for name, told in modules.items() if not told["ok"]]
    facts = {
        "interpreter": params["interpreter"],
        "python": next((answer["python"] for answer in done.answers), None),
        "modules": modules,
        "missing": sorted({modules[name]["missing_module"] for name in missing}),
        "missing_module": modules[missing[0]]["missing_module"] if missing else None,
        "failed": failed,
    }
    if missing:
        named = ", ".join(facts["missing"])
        return _seen("module_not_found", facts, f"not found: {named}", done.output)
    if failed:
        told = ", ".join(f"{name} ({modules[name]['message']})" for name in failed)
        return _seen("import_error", facts, f"found, but importing failed: {told}", done.output)
    return _seen("importable", facts, f"importable: {_listed(modules)}", "")


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) for name in _TOLD}


def _listed(modules: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(
        f"{name} ({told['distribution']} {told['version']})" if told["distribution"] else name
        for name, told in modules.items()
    )


def _seen(code: str, facts: dict[str, Any], summary: str, output: str) -> Observation:
    return Observation(reason_code=code, facts=facts, summary=summary, output=output.strip())


KIND = Kind(
    name="python_import",
    title="Python modules",
    help="Imports modules with the target's own interpreter and names the distribution behind "
    "each. Importing runs their code.",
    params=(
        Param(name="interpreter", type="interpreter", required=True, help="Full path of python."),
        Param(name="modules", type="module", required=True, multiple=True),
        Param(name="cwd", type="path", help="Folder to import from, if any."),
    ),
    reasons=reasons(
        ok=("importable",),
        critical=("module_not_found", "import_error"),
        # A slow import says nothing about whether it would have worked.
        unknown=("timeout", "interpreter_missing"),
    ),
    look=look,
    cost_s=1.5,
    facts={
        "interpreter": "The interpreter that was asked.",
        "python": "Its version.",
        "modules": "For each module: whether it can be imported, the error, the file it comes from, the distribution that provides it and its version.",
        "missing": "The modules that were not found.",
        "missing_module": "The first module that was not found.",
        "failed": "The modules that cannot be imported, for any reason.",
    },
    example={"interpreter": "/srv/app/.venv/bin/python", "cwd": "/srv/app", "modules": ["jwt"]},
)
