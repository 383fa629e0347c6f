"""What a kind asks for and can answer with: its parameters, and its closed list of reasons."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from probes.engine.errors import Complaint
from probes.engine.spec import UNKNOWN_CODES, Observation, Policy, Status


class Look(Protocol):
    """Looks once. `deadline` is in the running loop's own time (`loop.time()`).

    Returns what was seen, or raises CannotLook; it must have stopped by the deadline.
    """

    def __call__(
        self, params: Mapping[str, Any], *, deadline: float, policy: Policy
    ) -> Awaitable[Observation]: ...


@dataclass(frozen=True, kw_only=True)
class Param:
    """One parameter of a kind. `type` names a reader in `values.py`."""

    name: str
    type: str
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    multiple: bool = False


def _no_complaints(params: Mapping[str, Any]) -> Iterable[Complaint]:
    return ()


def _as_listed(params: Mapping[str, Any]) -> Mapping[str, Status]:
    return {}


def _nothing_more(params: Mapping[str, Any]) -> float:
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A way of looking. `reasons` is the closed list of what it can answer, with its status.

    `cost_s` is how long a look takes, in seconds; `further_s` what these parameters add to it.
    `check` complains about parameters that are wrong together; `judging` gives the statuses
    that these parameters change (a free port is what `expect: free` hopes for). `facts` says what
    each fact of a run means, `example` is a definition's parameters that the kind accepts; both
    are for readers.
    """

    name: str
    title: str
    help: str
    params: tuple[Param, ...]
    reasons: Mapping[str, Status]
    look: Look
    cost_s: float
    further_s: Callable[[Mapping[str, Any]], float] = _nothing_more
    check: Callable[[Mapping[str, Any]], Iterable[Complaint]] = _no_complaints
    judging: Callable[[Mapping[str, Any]], Mapping[str, Status]] = _as_listed
    facts: Mapping[str, str]
    example: Mapping[str, Any]


def reasons(
    *,
    ok: Sequence[str] = (),
    warning: Sequence[str] = (),
    critical: Sequence[str] = (),
    unknown: Sequence[str] = (),
) -> Mapping[str, Status]:
    """The closed list of a kind's reasons, with the ways of not looking that all kinds share."""
    listed = dict.fromkeys(ok, Status.OK)
    listed |= dict.fromkeys(warning, Status.WARNING)
    listed |= dict.fromkeys(critical, Status.CRITICAL)
    listed |= dict.fromkeys((*unknown, *UNKNOWN_CODES), Status.UNKNOWN)
    return MappingProxyType(listed)
