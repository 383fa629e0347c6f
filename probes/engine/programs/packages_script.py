"""Runs inside the target's own interpreter (`python -I -c`): which requirements does it satisfy?

Argument: a JSON list of requirements (PEP 508, without URLs). Answers with one line of JSON.
Versions are compared by `packaging`, the target's own or the one inside its pip or setuptools;
without any, only exact pins are, and the rest is said not to be judged.
Written for any Python from 3.8 on, and knows nothing of the project.
"""

import importlib
import json
import re
import sys
from typing import Any

_PACKAGING = ("packaging", "pip._vendor.packaging", "setuptools._vendor.packaging",
              "setuptools.extern.packaging")  # fmt: skip
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:===?\s*([0-9][A-Za-z0-9.+!-]*))?\s*")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def main() -> None:
    # What a package prints while it is imported is not the answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    try:
        found = look(json.loads(sys.argv[1]))
    except ImportError as error:
        found = {"error": "this Python cannot list its packages: " + str(error)}
    found["python"] = ".".join(str(part) for part in sys.version_info[:3])
    answers.write(json.dumps(found) + "\n")
    answers.flush()


def look(requirements: Any) -> Any:
    installed = installed_packages()
    module = packaging_module()
    found: Any = {"installed": len(installed), "judged_with": module, "missing": [],
                  "mismatched": [], "conflicts": [], "unjudged": []}  # fmt: skip
    if module is None:
        for text in requirements:
            judge_without(text, installed, found)
        return found
    parse = importlib.import_module(module + ".requirements").Requirement
    for text in requirements:
        judge(text, parse, installed, found)
    for package in installed.values():
        found["conflicts"] += conflicts_of(package, parse, installed)
    return found


def installed_packages() -> Any:
    """By normal name; of several the one that an import would find."""
    from importlib import metadata

    found: Any = {}
    for each in metadata.distributions():
        try:
            name, version = each.metadata["Name"], each.version
            requires = list(each.requires or ())
        except Exception:  # noqa: BLE001, S112 - one broken package must not hide the others
            continue
        if isinstance(name, str) and isinstance(version, str):
            found.setdefault(normal(name), {"name": name, "version": version,
                                            "requires": requires})  # fmt: skip
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def packaging_module() -> Any:
    for name in _PACKAGING:
        try:
            importlib.import_module(name + ".requirements")
        except Exception:  # noqa: BLE001, S112 - a broken one is as good as none
            continue
        return name
    return None


def judge(text: str, parse: Any, installed: Any, found: Any) -> None:
    try:
        asked = parse(text)
        if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
            return
        has = installed.get(normal(asked.name))
        if has is None:
            found["missing"].append({"name": asked.name, "asked": text})
        elif not fits(asked, has):
            found["mismatched"].append({"name": has["name"], "asked": text,
                                        "found": has["version"]})  # fmt: skip
        else:
            for extra in sorted(asked.extras):
                judge_extra(extra, has, parse, installed, found)
    except Exception as error:  # noqa: BLE001 - each packaging has exceptions of its own
        found["unjudged"].append({"asked": text, "why": str(error).partition("\n")[0][:2000]})


def fits(asked: Any, has: Any) -> bool:
    return bool(asked.specifier.contains(has["version"], prereleases=True))


def judge_extra(extra: str, has: Any, parse: Any, installed: Any, found: Any) -> None:
    """What `name[extra]` needs beyond the name."""
    for text in has["requires"]:
        needed = parse(text)
        marker = needed.marker
        # What is needed without the extra too is among the conflicts.
        if (
            marker is None
            or marker.evaluate({"extra": ""})
            or not marker.evaluate({"extra": extra})
        ):
            continue
        asked = "{} (for {}[{}])".format(text.partition(";")[0].strip(), has["name"], extra)
        other = installed.get(normal(needed.name))
        if other is None:
            found["missing"].append({"name": needed.name, "asked": asked})
        elif not fits(needed, other):
            found["mismatched"].append({"name": other["name"], "asked": asked,
                                        "found": other["version"]})  # fmt: skip


def conflicts_of(package: Any, parse: Any, installed: Any) -> Any:
    found = []
    for text in package["requires"]:
        try:
            needed = parse(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            other = installed.get(normal(needed.name))
            if other is None or not fits(needed, other):
                found.append({"package": package["name"], "version": package["version"],
                              "requires": text.partition(";")[0].strip(),
                              "found": other and other["version"]})  # fmt: skip
        except Exception:  # noqa: BLE001, S112 - metadata that pip would not read either
            continue
    return found


def judge_without(text: str, installed: Any, found: Any) -> None:
    """Only what is certain without knowing how versions are ordered."""
    pin, name = _PIN.fullmatch(text), _NAME.match(text)
    has = installed.get(normal(name.group(1))) if name else None
    if has is None and name and ";" not in text:
        found["missing"].append({"name": name.group(1), "asked": text})
    elif pin is None or has is None:
        found["unjudged"].append({"asked": text, "why": "there is no packaging to compare with"})
    elif pin.group(2) and release(pin.group(2)) != release(has["version"]):
        found["mismatched"].append({"name": has["name"], "asked": text,
                                    "found": has["version"]})  # fmt: skip


def release(version: str) -> Any:
    """1.0 is 1.0.0; all else is compared as written."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
        numbers = [int(part) for part in version.split(".")]
        while numbers and numbers[-1] == 0:
            numbers.pop()
        return numbers
    return version.lower()


if __name__ == "__main__":
    main()
