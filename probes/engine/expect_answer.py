"""What an HTTP answer was expected to say, and in which points it does not."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from probes.engine.patterns import finder_of
from probes.engine.schema import Param

EXPECT_STATUS = Param(
    name="expect_status",
    type="integer",
    multiple=True,
    minimum=100,
    maximum=599,
    help="Accepted statuses. Empty: 200 to 399.",
)
_MISSING = object()


def is_expected_status(expected: Sequence[int], status: int) -> bool:
    return status in expected if expected else 200 <= status <= 399


def missing_headers(expected: Mapping[str, Any], found: Mapping[str, str]) -> list[str]:
    """One sentence per header that is absent or differs; an empty expectation wants presence."""
    problems = []
    for name, value in expected.items():
        actual = found.get(name.lower())
        if actual is None:
            problems.append(f"header {name} is missing")
        elif value not in (None, "") and actual.strip() != str(value).strip():
            problems.append(f"header {name} is {actual!r}, not {value!r}")
    return problems


def json_values(text: str, paths: Mapping[str, Any]) -> dict[str, Any]:
    """What the body holds at each dotted path; a path that leads nowhere is left out."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = {path: _at(document, path) for path in paths}
    return {path: value for path, value in found.items() if value is not _MISSING}


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step[:9]) < len(document):
            document = document[int(step[:9])]
        else:
            return _MISSING
    return document


def json_differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """One sentence per path whose value is missing or differs."""
    return [
        f"{path} is {_shown(found[path])}, not {_shown(value)}"
        if path in found
        else f"{path} is not in the answer"
        for path, value in expected.items()
        if path not in found or not _same(value, found[path])
    ]


def _same(expected: Any, actual: Any) -> bool:
    """Equal as JSON: true is not 1. Text from a form may stand for a number or a boolean."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual or expected == _shown(actual)
    return bool(expected == actual) or (
        isinstance(expected, str) and not isinstance(actual, str) and expected == _shown(actual)
    )


def _shown(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def matches(pattern: str, text: str) -> bool:
    return finder_of(pattern)(text)
