"""Recorded cases as their files hold them, one JSON object a line: read strictly, and written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probes.engine.spec import Status

_STATUSES = tuple(status.value for status in Status)
_FIELDS = ("scenario", "text", "language", "typed", "right", "looks")
_REQUIRED = ("scenario", "text", "right", "looks")
_TEXTS = ("scenario", "text", "language")
_LOOK_FIELDS = ("status", "reason_code", "facts")


class BadCases(Exception):
    """Everything wrong with a file of cases, a sentence each, in the order of its lines."""

    def __init__(self, complaints: list[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(complaints))


@dataclass(frozen=True, kw_only=True)
class RecordedLook:
    """What one check said when it was recorded: a run's own status, reason code and facts."""

    status: str
    reason_code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RecordedCase:
    """A paste, what the person typed, the causes that were there, and what every check said.

    `right` and `looks` are by `guide/cause` and `guide/check`; `right` is empty where nobody
    wrote the cause down. `scenario` groups the cases of one failure.
    """

    scenario: str
    text: str
    right: tuple[str, ...]
    looks: Mapping[str, RecordedLook]
    language: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)


def dump_case(case: RecordedCase) -> str:
    """The case as one line of a file, without its end; `read_cases` gives the same case again."""
    values = {
        "scenario": case.scenario,
        "language": case.language,
        "text": case.text,
        "typed": dict(case.typed),
        "right": list(case.right),
        "looks": {key: _look_values(look) for key, look in case.looks.items()},
    }
    return json.dumps(values, ensure_ascii=False)


def read_cases(path: Path) -> list[RecordedCase]:
    """Every case of the file. Raises BadCases naming line and field of everything wrong in it."""
    complaints: list[str] = []
    cases = [
        case
        for number, line in enumerate(_lines(path), start=1)
        if line.strip() and (case := _case(line, f"{path.name}:{number}", complaints))
    ]
    if not cases and not complaints:
        complaints.append(f"{path.name} holds no case.")
    if complaints:
        raise BadCases(complaints)
    return cases


def _look_values(look: RecordedLook) -> dict[str, Any]:
    values = {"status": look.status, "reason_code": look.reason_code}
    return {**values, "facts": dict(look.facts)} if look.facts else values


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): a paste may hold a line separator that JSON leaves as it is.
        return path.read_text("utf-8").split("\n")
    except OSError as exc:
        raise BadCases([f"{path} cannot be read: {exc.strerror}."]) from exc
    except UnicodeDecodeError as exc:
        raise BadCases([f"{path} is not UTF-8: {exc.reason} at byte {exc.start}."]) from exc


def _case(line: str, place: str, complaints: list[str]) -> RecordedCase | None:
    try:
        values = json.loads(line, object_pairs_hook=_once)
    except ValueError as exc:
        complaints.append(f"{place}: {exc}.")
        return None
    found = list(_problems(values))
    complaints += [f"{place}: {problem}" for problem in found]
    return None if found else _read(values)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice} stands there twice")
    return values


def _read(values: Mapping[str, Any]) -> RecordedCase:
    return RecordedCase(
        scenario=values["scenario"],
        language=values.get("language", ""),
        text=values["text"],
        typed=values.get("typed", {}),
        right=tuple(values["right"]),
        looks={key: RecordedLook(**look) for key, look in values["looks"].items()},
    )


def _problems(values: Any) -> Iterator[str]:
    if not isinstance(values, dict):
        yield "this is not an object."
        return
    yield from _unknown(values, _FIELDS, "")
    yield from (f"{name} is missing." for name in _REQUIRED if name not in values)
    for name in _TEXTS:
        yield from _text_problems(name, values.get(name, "-"))
    if not isinstance(values.get("typed", {}), dict):
        yield "typed is not an object of values by parameter."
    yield from _right_problems(values.get("right", []))
    yield from _looks_problems(values.get("looks", {}))


def _text_problems(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{name} is not a text."
    elif name in _REQUIRED and not value.strip():
        yield f"{name} is empty."


def _unknown(values: Mapping[str, Any], known: tuple[str, ...], within: str) -> Iterator[str]:
    for name in values:
        if name not in known:
            yield f"{within}{name} is no field; there are {', '.join(known)}."


def _right_problems(right: Any) -> Iterator[str]:
    if not isinstance(right, list):
        yield "right is not a list of guide/cause; none of these is []."
        return
    for number, key in enumerate(right):
        if not _is_key(key):
            yield f"right[{number}] is {key!r}, not a guide/cause."


def _looks_problems(looks: Any) -> Iterator[str]:
    if not isinstance(looks, dict):
        yield "looks is not an object by guide/check."
        return
    for key, look in looks.items():
        if not _is_key(key):
            yield f"looks.{key} is not named guide/check."
        yield from _look_problems(f"looks.{key}", look)


def _look_problems(field: str, look: Any) -> Iterator[str]:
    if not isinstance(look, dict):
        yield f"{field} is not an object with status and reason_code."
        return
    yield from _unknown(look, _LOOK_FIELDS, f"{field}.")
    if look.get("status") not in _STATUSES:
        yield f"{field}.status is {look.get('status')!r}, not one of {', '.join(_STATUSES)}."
    if not isinstance(look.get("reason_code"), str) or not look["reason_code"]:
        yield f"{field}.reason_code is not a text."
    if not isinstance(look.get("facts", {}), dict):
        yield f"{field}.facts is not an object."


def _is_key(key: Any) -> bool:
    parts = key.split("/") if isinstance(key, str) else []
    return len(parts) == 2 and all(parts)
