"""What an interpreter says when it imports: a fixed script, run by the target's own Python.

The script runs on any Python 3, so it holds to what all of them have. What the imported code
prints goes to stderr; the one line of JSON on stdout is the script's own.
"""

import json
from collections.abc import Mapping
from typing import Any

from probes.engine import paths, processes
from probes.engine.errors import CannotLook
from probes.engine.spec import Policy

_SCRIPT = r"""
import importlib, json, os, sys
asked = json.loads(sys.argv[1])
answer_to = os.dup(1)
os.dup2(2, 1)
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
except Exception:
    pass
if asked["cwd"]:
    sys.path.insert(0, asked["cwd"])

def provider(name):
    try:
        from importlib import metadata
        top = name.split(".")[0]
        names = metadata.packages_distributions().get(top, [])
        return [names[0], metadata.version(names[0])] if names else [None, None]
    except Exception:
        return [None, None]

def look(name, attribute):
    seen = {"module": name, "ok": False, "exception": None, "message": "", "missing_module": None,
            "origin": None, "distribution": None, "version": None, "attribute": attribute}
    try:
        loaded = importlib.import_module(name)
    except BaseException as error:
        seen["exception"] = type(error).__name__
        seen["message"] = str(error)[:500]
        if isinstance(error, ModuleNotFoundError):
            seen["missing_module"] = error.name
        return seen
    seen["ok"] = True
    seen["origin"] = getattr(loaded, "__file__", None)
    seen["distribution"], seen["version"] = provider(name)
    for part in (attribute or "").split("."):
        if part and not hasattr(loaded, part):
            seen["missing_attribute"] = part
            break
        loaded = getattr(loaded, part) if part else loaded
    return seen

answer = json.dumps([look(name, attribute) for name, attribute in asked["modules"]])
os.write(answer_to, b"\n" + answer.encode())
os._exit(0)
"""


async def look(
    modules: list[tuple[str, str]],
    *,
    params: Mapping[str, Any],
    deadline: float,
    policy: Policy,
) -> tuple[list[dict[str, Any]], str]:
    """What importing each `(module, attribute)` gave, in order, and the end of stderr.

    `params` holds `interpreter` and `cwd`. Raises CannotLook: not_allowed,
    interpreter_missing, timeout, or import_error's cousin `probe_crashed` when the interpreter
    ended without an answer.
    """
    interpreter = paths.allowed_interpreter(params["interpreter"], policy)
    cwd = paths.allowed_path(params["cwd"], policy) if params.get("cwd") else None
    asked = json.dumps({"modules": modules, "cwd": cwd})
    argv = [interpreter, "-I", "-B", "-c", _SCRIPT, asked]
    try:
        finished = await processes.run(argv, cwd=cwd, deadline=deadline)
    except FileNotFoundError as error:
        raise CannotLook("interpreter_missing", f"there is no {error.filename}") from error
    except OSError as error:
        raise CannotLook(
            "permission_denied", f"{interpreter} cannot be started: {error}"
        ) from error
    return _answer(finished), finished.stderr[-4000:]


def _answer(finished: processes.Finished) -> list[dict[str, Any]]:
    if finished.timed_out:
        raise CannotLook("timeout", "the import had not ended by the deadline and was stopped")
    try:
        answer: list[dict[str, Any]] = json.loads(finished.stdout.rpartition("\n")[2])
    except ValueError as error:
        raise CannotLook(
            "probe_crashed", f"the interpreter ended with {finished.returncode} and no answer"
        ) from error
    return answer
