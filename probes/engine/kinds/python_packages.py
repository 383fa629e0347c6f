"""python_packages: are the packages installed that were asked for, and do they go together?"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.placeholders import holds_placeholder
from probes.engine.programs.packages import compare_packages
from probes.engine.programs.requirements_file import Requirements, read_requirements
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MOST_SHOWN = 50
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9,._ -]+\])?")
_VERSIONS = re.compile(r"\s*(?:===|[=!<>~]=|[<>])\s*[\w.*+!-]+\s*")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    wanted = await asyncio.to_thread(_wanted, params, policy)
    found = await compare_packages(
        params["interpreter"], wanted.asked, policy=policy, deadline=deadline
    )
    unjudged = wanted.unjudged + found["unjudged"]
    facts = {
        "interpreter": params["interpreter"],
        "python": found["python"],
        "installed": found["installed"],
        "asked": len(wanted.asked) + len(wanted.unjudged),
        "missing": found["missing"],
        "mismatched": found["mismatched"],
        "conflicts": found["conflicts"],
        "unjudged": unjudged,
        "judged_with": found["judged_with"],
    }
    return _judge(facts)


def _wanted(params: Mapping[str, Any], policy: Policy) -> Requirements:
    if params["requirements_path"]:
        return read_requirements(params["requirements_path"], policy=policy)
    pins = params["pins"] or {}
    return Requirements(asked=[f"{name}{_specifier(version)}" for name, version in pins.items()])


def _specifier(version: Any) -> str:
    """`2.1` means exactly that one; nothing means any."""
    text = "" if version is None else str(version).strip()
    return f"=={text}" if text[:1].isdigit() else text


def _judge(facts: dict[str, Any]) -> Observation:
    """What is missing comes first: without it nothing starts."""
    if facts["missing"]:
        return _seen("missing", facts, "missing", [each["asked"] for each in facts["missing"]])
    if facts["mismatched"]:
        told = [f"{each['asked']} (found {each['found']})" for each in facts["mismatched"]]
        return _seen("version_mismatch", facts, "not as asked", told)
    if facts["conflicts"]:
        told = [
            f"{each['package']} {each['version']} needs {each['requires']}"
            f" (found {each['found'] or 'none'})"
            for each in facts["conflicts"]
        ]
        return _seen("conflict", facts, "installed packages do not go together", told)
    _refuse_to_guess(facts)
    words = f"{facts['asked']} requirements are satisfied" if facts["asked"] else "no conflict"
    if facts["judged_with"] is None:
        words = f"{words}; conflicts cannot be judged, because packaging and pip are not there"
    if facts["unjudged"]:
        words = f"{words}, except {len(facts['unjudged'])} that cannot be judged"
    return _seen("satisfied", facts, words, [])


def _refuse_to_guess(facts: Mapping[str, Any]) -> None:
    if facts["asked"] and len(facts["unjudged"]) >= facts["asked"]:
        why = facts["unjudged"][0]["why"]
        raise CannotLook("cannot_judge", f"none of what was asked can be compared: {why}")
    if not facts["asked"] and facts["judged_with"] is None:
        raise CannotLook(
            "cannot_judge",
            f"{facts['interpreter']} has neither packaging nor pip, so that conflicts cannot be "
            "judged; give pins, or install packaging there",
        )


def _seen(code: str, facts: dict[str, Any], words: str, told: Sequence[str]) -> Observation:
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    summary = f"{words}: {', '.join(told[:5])}{more}" if told else words
    shown = {
        name: value[:_MOST_SHOWN] if isinstance(value, list) else value
        for name, value in facts.items()
    }
    return Observation(reason_code=code, facts=shown, summary=summary)


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    pins = params["pins"]
    if pins and params["requirements_path"]:
        yield Complaint(field="pins", message="give pins or requirements_path, not both")
    if not isinstance(pins, Mapping):
        return
    for name, version in pins.items():
        if not _NAME.fullmatch(name):
            yield Complaint(field="pins", message=f"{name!r} is not the name of a package")
        if not holds_placeholder(version) and not _is_specifier(_specifier(version)):
            yield Complaint(
                field="pins",
                message=f"{version!r} of {name} is not a version such as 2.1 or >=2,<3",
            )


def _is_specifier(text: str) -> bool:
    return not text or all(_VERSIONS.fullmatch(part) for part in text.split(","))


KIND = Kind(
    name="python_packages",
    title="Python packages",
    help="Compares what is installed for an interpreter with a requirements file or with pins, "
    "and finds installed packages whose own requirements are not satisfied. Without file and "
    "pins, only the latter.",
    params=(
        Param(name="interpreter", type="interpreter", required=True, help="Full path of python."),
        Param(
            name="requirements_path",
            type="path",
            help="A requirements file of pip, inside allowed folders.",
        ),
        Param(
            name="pins",
            type="mapping",
            help="Package and version: 2.1 for exactly that, >=2,<3, or nothing for any.",
        ),
    ),
    reasons=reasons(
        ok=("satisfied",),
        critical=("missing", "version_mismatch", "conflict"),
        unknown=("timeout", "interpreter_missing", "unreadable", "cannot_judge"),
    ),
    look=look,
    cost_s=1.0,
    check=_check,
    facts={
        "interpreter": "The interpreter that was asked.",
        "python": "Its version.",
        "installed": "How many packages it has.",
        "asked": "How many requirements were compared.",
        "missing": "What is not installed: name, and what was asked.",
        "mismatched": "What is installed in another version: name, what was asked, what was found.",
        "conflicts": "Installed packages that need another one: package, version, what it requires, what was found.",
        "unjudged": "What was asked and cannot be compared, with the reason.",
        "judged_with": "The library of the interpreter that compared the versions.",
    },
    example={
        "interpreter": "/srv/app/.venv/bin/python",
        "requirements_path": "/srv/app/requirements.txt",
    },
)
