"""What goes into a diagnosis and what comes out: frozen values, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a run of one check must look like. An empty part asks for nothing."""

    reasons: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, seen: "Seen") -> bool:
        return (
            (not self.reasons or seen.reason_code in self.reasons)
            and (not self.statuses or seen.status in self.statuses)
            and all(_says(seen.facts, path, wanted) for path, wanted in self.facts.items())
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What runs of one or more checks, together, say about a cause. `when` is by check key."""

    id: int
    when: Mapping[str, Condition]
    says: str


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause that could be it.

    `key` is unique in the diagnosis; `group` is its guide, among whose causes `weight` and
    `confirmed` (conclusions for this symptom) are shared out. `group_weight` is how well the
    guide itself fits, `words` (0 to 1) how well the words alone point at this cause.
    `order` is the author's and breaks ties.
    """

    key: str
    group: str
    order: int
    weight: float = 1.0
    group_weight: float = 1.0
    confirmed: float = 0.0
    words: float = 0.0
    refines: str | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """A symptom that is in the text. `suggests` maps cause keys to strong, moderate or weak.

    `share` (0 to 1) is below 1 for one that is only nearly there; it then explains nothing away.
    """

    key: str
    suggests: Mapping[str, str]
    explained_by: frozenset[str] = frozenset()
    share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One run of a check. A higher `run` is newer."""

    check: str
    run: int
    status: str
    reason_code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = "diagnose"

    @property
    def is_evidence(self) -> bool:
        """Only what we saw while diagnosing: never UNKNOWN, never a look after a repair."""
        return self.purpose == "diagnose" and self.status != "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Something that was tried. A higher `number` is newer.

    `key` says what was tried: of several with one key the newest counts. `fixes` is the cause
    whose fix it was, empty for anything but a fix; `addresses` are causes that were out of the
    way afterwards. `worked` of `tried` is how the same did in other cases.
    """

    key: str
    number: int
    outcome: str
    fixes: str = ""
    addresses: frozenset[str] = frozenset()
    worked: int = 0
    tried: int = 0


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How far one rule moved a cause against "none of these", in natural log-odds.

    `says` is the rule's own word, or `refined` where a narrower cause took a broader one's share.
    `inherited_from` names the broader cause whose rule it is; empty for one of its own.
    """

    says: str
    log_odds: float
    rule: int | None = None
    inherited_from: str = ""
    checks: tuple[str, ...] = ()
    runs: tuple[int, ...] = ()
    reason_codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One cause after everything was weighed.

    `log(belief / none)` is `log(prior / prior none)` plus the sum of `moved`, exactly.
    """

    key: str
    belief: float
    prior: float
    state: str
    moved: tuple[Moved, ...]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """All causes, likeliest first, with the share left for a cause that nobody wrote down."""

    beliefs: tuple[Belief, ...]
    none_of_these: float
    prior_none: float

    def by_key(self) -> dict[str, Belief]:
        return {belief.key: belief for belief in self.beliefs}


def _says(facts: Mapping[str, Any], path: str, wanted: Any) -> bool:
    """Whether the fact at a dotted path is the wanted value, or one of a wanted list."""
    found: Any = facts
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    options = wanted if isinstance(wanted, list | tuple) else (wanted,)
    # 1 is True in Python, not in a guide.
    return any(found == option and type(found) is type(option) for option in options)
