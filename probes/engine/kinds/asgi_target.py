"""asgi_target: would a server started in this folder find `module:attribute`?"""

from collections.abc import Mapping
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.programs.imports import (
    check_interpreter,
    is_part_of,
    missing_from,
    try_imports,
    working_folder,
)
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    interpreter, cwd, target = params["interpreter"], params["cwd"], params["target"]
    facts = {"interpreter": interpreter, "searched_cwd": cwd, "target": target}
    folder = working_folder(cwd, policy=policy)
    check_interpreter(interpreter, policy=policy)
    if folder is None:
        return _seen("wrong_cwd", facts, f"there is no folder {cwd}")
    done = await try_imports(interpreter, [target], cwd=folder, policy=policy, deadline=deadline)
    if done.is_timed_out:
        raise CannotLook("timeout", f"importing {target} took too long")
    if not done.answers:
        words = f"the interpreter ended with code {done.exit_code} while importing {target}"
        return _seen("import_error", facts | {"exit_code": done.exit_code}, words, done.stderr)
    answer = done.answers[0]
    code, words = _reason(target, cwd, answer)
    return _seen(code, facts | _told(answer), words, done.output)


def _reason(target: str, cwd: str, answer: dict[str, Any]) -> tuple[str, str]:
    module, _, attribute = target.partition(":")
    if answer["ok"]:
        what = "" if answer.get("callable") else f", but is a {answer.get('type')} nobody can call"
        return "loadable", f"{target} loads in {cwd}{what}"
    if answer["stage"] == "attribute":
        return "attr_missing", f"{module} loads, but has no {attribute}"
    missing = missing_from(answer)
    if missing and is_part_of(missing, module):
        return "wrong_cwd", f"{cwd} holds no module {missing}"
    if missing:
        return "module_not_found", f"importing {module} needs {missing}, which is not installed"
    return "import_error", f"importing {module}: {answer['exception']}: {answer['message']}"


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    told = ("exception", "message", "missing_module", "origin", "python", "type", "callable")
    return {name: answer.get(name) for name in told}


def _seen(code: str, facts: dict[str, Any], words: str, output: str = "") -> Observation:
    return Observation(reason_code=code, facts=facts, summary=words, output=output.strip())


KIND = Kind(
    name="asgi_target",
    title="ASGI target",
    help="Imports module:attribute with the target's own interpreter from a folder, as a server "
    "would. Importing runs its code, without the service's environment variables.",
    params=(
        Param(name="interpreter", type="interpreter", required=True, help="Full path of python."),
        Param(name="cwd", type="path", required=True, help="Folder the server starts in."),
        Param(name="target", type="target", required=True, help="Such as app.main:app."),
    ),
    reasons=reasons(
        ok=("loadable",),
        critical=(
            "module_not_found",
            "attr_missing",
            "import_error",
            "wrong_cwd",
        ),
        # A slow import says nothing about whether it would have worked.
        unknown=("timeout", "interpreter_missing"),
    ),
    look=look,
    cost_s=2.5,
    facts={
        "interpreter": "The interpreter that was asked.",
        "searched_cwd": "The folder it was started in.",
        "target": "The target that was asked for.",
        "exit_code": "How the interpreter ended, when importing ended it.",
        "exception": "The class of the error.",
        "message": "The words of the error.",
        "missing_module": "The module that was not found.",
        "origin": "The file the module comes from.",
        "python": "The version of the interpreter.",
        "type": "What the target is.",
        "callable": "Whether a server could call it.",
    },
    example={"interpreter": "/srv/app/.venv/bin/python", "cwd": "/srv/app", "target": "main:app"},
)
