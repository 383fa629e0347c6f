"""The few ways a request about probes is refused, each for a decision some caller takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with one item of a request. `code` is stable, `message` is for people."""

    index: int
    ref: str
    code: str
    field: str
    message: str


class RequestRefused(Exception):
    """Nothing was requested; `problems` holds everything that is wrong, in the items' order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.ref}: {p.message}" for p in self.problems))


class IdempotencyConflict(Exception):
    """The key was used before, for another request."""


class OwnProbe(PermissionDenied):
    """Who wrote a definition cannot approve it."""


class ProbeChanged(Exception):
    """The definition is no longer the one that the person looked at."""


@dataclass(frozen=True, kw_only=True)
class YamlComplaint:
    """What is wrong in a file of probes, and where. `line` counts from 1; 0 is the whole file."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.field}: {self.message}" if self.field else f"{where}{self.message}"


class BadProbes(Exception):
    """A file of probes was refused as a whole."""

    def __init__(self, complaints: Sequence[YamlComplaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))
