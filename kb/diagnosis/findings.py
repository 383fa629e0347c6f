"""Where what a text states and what was seen cannot both be so: each such pair is a finding."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Addresses of the machine itself, under any of their names; empty where none is said.
_OWN = frozenset({"", "localhost", "127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104
_ANSWERED = frozenset(
    {"connected", "as_expected", "wrong_status", "body_mismatch", "header_missing"}
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a text says. `says`: `running`, `refused`, `timed_out` or `host` (names an address).

    `words` are the text's own, at `span`; a look of a log has no place in the text.
    """

    says: str
    words: str
    host: str = ""
    port: int | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a check saw. `sort`: `listen` (who listens) or `call` (as a client calls).

    `is_asked` says that its address is one that a person or the text can choose.
    """

    check: str
    run: int
    sort: str
    host: str
    port: int | None
    reason_code: str
    is_asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    name: str
    said: Statement
    look: Look


def contradictions(
    statements: Iterable[Statement], looks: Iterable[Look]
) -> tuple[Contradiction, ...]:
    """The first pair of each name, by the text's order and then the authors' order of checks."""
    statements, looks = tuple(statements), tuple(looks)
    hosts = frozenset(_own_as_one(one.host) for one in statements if one.says == "host")
    found: dict[str, Contradiction] = {}
    for name, holds in CONTRADICTIONS.items():
        for said in statements:
            for look in looks:
                if name not in found and holds(said, look, hosts):
                    found[name] = Contradiction(name=name, said=said, look=look)
    return tuple(found.values())


def _running_not_listening(said: Statement, look: Look, hosts: frozenset[str]) -> bool:
    """A parent process prints its line although what it started died."""
    is_silent = (look.sort, look.reason_code) == ("listen", "not_listening")
    return said.says == "running" and is_silent and said.port == look.port


def _answers_now(said: Statement, look: Look, hosts: frozenset[str]) -> bool:
    """It came back since the text was written, or the text means another address."""
    is_answer = look.sort == "call" and look.is_asked and look.reason_code in _ANSWERED
    is_failure = said.says in ("refused", "timed_out")
    return is_failure and is_answer and said.port in (None, look.port)


def _looked_elsewhere(said: Statement, look: Look, hosts: frozenset[str]) -> bool:
    is_asked = look.sort == "call" and look.is_asked and said.says == "host"
    return is_asked and _own_as_one(look.host) not in hosts


# Each by its name, in the order in which they are told.
CONTRADICTIONS: Mapping[str, Callable[[Statement, Look, frozenset[str]], bool]] = MappingProxyType(
    {
        "running_not_listening": _running_not_listening,
        "answers_now": _answers_now,
        "looked_elsewhere": _looked_elsewhere,
    }
)


def is_own(host: str) -> bool:
    """Whether a host is the machine itself, seen from where it is spoken of."""
    return host.strip("[]").lower() in _OWN


def _own_as_one(host: str) -> str:
    return "localhost" if is_own(host) else host.lower()
