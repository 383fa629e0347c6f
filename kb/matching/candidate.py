"""What is known about one guide when it is scored: filled by the index from its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WORDS = ("strong", "moderate", "weak")


def strongest_word(words: Iterable[str]) -> str:
    """The strongest of the words an author chose for a symptom's causes; moderate without any."""
    said = set(words)
    return next((word for word in _WORDS if word in said), "moderate")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthoredSymptom:
    """`says`: the strongest word its author found for a cause (strong, moderate, weak)."""

    symptom_id: int
    slug: str
    phrases: tuple[str, ...] = ()
    pattern: str = ""
    says: str = "moderate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """`impacts` and `causes` hold the asked terms only. `marks`: see `impacts.marks`.

    `ports` and `containers` are the defaults of the guide's parameters of that meaning;
    a guide can be asked about another port, but it was written for these.
    """

    guide_id: int
    slug: str
    impacts: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    ports: frozenset[str] = frozenset()
    containers: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    symptoms: tuple[AuthoredSymptom, ...] = ()
