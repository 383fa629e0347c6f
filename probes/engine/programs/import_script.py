"""Runs inside the target's own interpreter (`python -I -c`): imports names and says how it went.

Arguments: the folder to import from (or an empty one), then names: `module` or `module:attr`.
Answers are lines of JSON on standard output; what the modules print goes to standard error.
Too long texts are cut far beyond what is shown: secrets in them are masked before the other cut.
Written for any Python from 3.6 on, and knows nothing of the project.
"""

import importlib
import json
import os
import sys
import traceback
from typing import Any


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    folder, names = sys.argv[1], sys.argv[2:]
    if folder:
        sys.path.insert(0, folder)
    for name in names:
        # First the name alone: an import may end the whole process.
        tell(answers, {"trying": name})
        tell(answers, look(name))
    sys.stderr.flush()
    # Without waiting for threads or exit handlers that the modules started.
    os._exit(0)


def tell(answers: Any, value: Any) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def look(name: str) -> Any:
    module_name, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except BaseException as error:  # noqa: BLE001 - whatever a module raises is the answer
        return failed(name, error)
    seen = {"name": name, "ok": True, "origin": text_of(module, "__file__")}
    seen.update(provider(module_name, module))
    seen["version"] = seen["version"] or text_of(module, "__version__")
    seen["python"] = python_version()
    if attribute:
        seen.update(look_inside(module, attribute))
    return seen


def look_inside(module: Any, attribute: str) -> Any:
    value = module
    try:
        for part in attribute.split("."):
            value = getattr(value, part)
    except BaseException as error:  # noqa: BLE001 - a module's __getattr__ may raise anything
        return {"ok": False, "stage": "attribute", "exception": type(error).__name__,
                "message": shown(error)}  # fmt: skip
    return {"callable": callable(value), "type": type(value).__name__}


def failed(name: str, error: BaseException) -> Any:
    return {
        "name": name,
        "ok": False,
        "stage": "import",
        "exception": type(error).__name__,
        "message": shown(error),
        "missing_module": missing(error),
        "traceback": traced(error),
        "python": python_version(),
    }


def traced(error: BaseException) -> str:
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return "".join(lines)[-20000:]


def python_version() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])


def missing(error: BaseException) -> Any:
    return text_or_none(error.name) if isinstance(error, ModuleNotFoundError) else None


def shown(error: BaseException) -> str:
    try:
        return str(error)[:8000]
    except BaseException:  # noqa: BLE001 - so may an exception's own __str__
        return ""


def text_of(module: Any, name: str) -> Any:
    """What stands in sys.modules may be any object, with any __getattr__."""
    try:
        return text_or_none(getattr(module, name, None))
    except BaseException:  # noqa: BLE001 - see above
        return None


def text_or_none(value: Any) -> Any:
    return value if isinstance(value, str) else None


def provider(module_name: str, module: Any) -> Any:
    """The distribution that the module came from: PyJWT and jwt both provide `jwt`."""
    found: Any = {"distribution": None, "version": None, "distributions": []}
    try:
        providers = distributions_of(module_name.partition(".")[0])
    except Exception:  # noqa: BLE001 - broken metadata must not hide the import itself
        return found
    if providers:
        chosen = next((each for each in providers if holds(each, module)), providers[0])
        found["distribution"], found["version"] = chosen.metadata["Name"], chosen.version
        found["distributions"] = sorted({each.metadata["Name"] for each in providers})
    return found


def distributions_of(top: str) -> Any:
    from importlib import metadata

    return [each for each in metadata.distributions() if top in top_levels(each)]


def top_levels(distribution: Any) -> Any:
    listed = (distribution.read_text("top_level.txt") or "").split()
    if listed:
        return set(listed)
    return {first_part(path) for path in distribution.files or () if path.suffix in (".py", ".so")}


def first_part(path: Any) -> Any:
    return path.parts[0].partition(".")[0]


def holds(distribution: Any, module: Any) -> bool:
    origin = os.path.realpath(text_of(module, "__file__") or "")
    return any(os.path.realpath(str(path.locate())) == origin for path in distribution.files or ())


if __name__ == "__main__":
    main()
