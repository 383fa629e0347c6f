"""What a scenario of the laboratory is: real things that are started, and what must be seen of them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.lab.machine import Need

if TYPE_CHECKING:
    from tests.lab.lab import Lab

# What facts must hold: a mapping asks for the keys it names, a pattern is found in the text, a
# function says whether the value will do; all else is equality.
Expected = Any


@dataclass(frozen=True, kw_only=True)
class Look:
    """One probe, from where it is run, and what it must say.

    `at` names a place of the lab (`outside`, `inside`, `here`); `attempts` are the reason codes of
    every try when there are several, and `at_least_s` how long they and the waits between must take.
    """

    at: str
    kind: str
    params: Mapping[str, Any]
    status: str
    reason: str
    facts: Mapping[str, Expected] = field(default_factory=dict)
    attempts: Sequence[str] = ()
    retries: int = 0
    at_least_s: float = 0.0
    timeout_s: float = 2.0
    expectation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command as a person would type it, the exit code it ends with and words it prints."""

    argv: Sequence[str]
    exit_code: int
    prints: str
    at: str = "here"
    cwd: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One state of the scenario: as it is found, or as it is after a repair."""

    title: str
    looks: Sequence[Look]
    commands: Sequence[Command] = ()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`row` is the row of the table of failures that it reproduces; `stages` starts things in a lab
    and yields what to look at. `met` is how a diagnosis meets it, where that is not the first stage.

    What a person who meets it would paste is in `cases.toml`.
    """

    slug: str
    row: str
    sentence: str
    cause: str
    stages: Callable[["Lab"], Iterator[Stage]]
    met: Callable[["Lab"], Iterator[Stage]] | None = None
    needs: Sequence[Need] = ()


def differences(expected: Expected, seen: Any, path: str = "facts") -> list[str]:
    """One sentence per place where what was seen is not what was expected."""
    if isinstance(expected, Mapping):
        if not isinstance(seen, Mapping):
            return [f"{path} is {seen!r}, not a mapping"]
        return [
            problem
            for key, value in expected.items()
            for problem in _of_key(key, value, seen, path)
        ]
    if isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        return [
            problem
            for number, (one, other) in enumerate(zip(expected, seen, strict=True))
            for problem in differences(one, other, f"{path}[{number}]")
        ]
    return [] if _fits(expected, seen) else [f"{path} is {seen!r}, not {_shown(expected)}"]


def _of_key(key: str, value: Expected, seen: Mapping[str, Any], path: str) -> list[str]:
    if key not in seen:
        return [f"{path} has no {key}; it has {', '.join(map(str, seen)) or 'nothing'}"]
    return differences(value, seen[key], f"{path}.{key}")


def _fits(expected: Expected, seen: Any) -> bool:
    if isinstance(expected, re.Pattern):
        return isinstance(seen, str) and expected.search(seen) is not None
    return bool(expected(seen)) if callable(expected) else bool(expected == seen)


def _shown(expected: Expected) -> str:
    if isinstance(expected, re.Pattern):
        return f"text with {expected.pattern!r}"
    return getattr(expected, "__name__", repr(expected))
