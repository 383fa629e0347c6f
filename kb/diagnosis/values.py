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
    `order` is the author's and breaks ties. Weights are above 0.
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
    """One run of a check. A higher `run` is newer.

    `about` names the thing that was looked at; empty for a thing of the check's own.
    """

    check: str
    run: int
    status: str
    reason_code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = "diagnose"
    about: str = ""

    @property
    def is_evidence(self) -> bool:
        """Only what we saw while diagnosing: never UNKNOWN, never a look after a repair."""
        return self.purpose == "diagnose" and self.status != "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Askable:
    """A check that could be run: `outcomes` is its kind's closed list of (reason, status).

    `about` names the thing that it looks at, as in `Seen`.
    """

    key: str
    order: int
    cost_s: float
    outcomes: tuple[tuple[str, str], ...]
    about: str = ""


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
    """How far one thing moved a cause against "none of these", in natural log-odds.

    `says` is one of
    - `share`: the author's weight and how well the guide fits; `confirmed`: earlier conclusions;
      `none_keeps`: the text tells causes apart and leaves "none of these" its share
    - `strong`, `moderate`, `weak`: the `symptom`; `explained`: that it does not count, because of
      the symptom `explained_by`; `words`: the words alone
    - a rule's own word; `inherited_from` names the broader cause whose rule it is
    - `fix_failed`, `failed_without`: the `attempt`
    - `refined`: a narrower cause took a broader one's share

    `counted` is how much of it counted (0 to 1), below 1 for what says the same once more.
    """

    says: str
    log_odds: float
    counted: float = 1.0
    rule: int | None = None
    inherited_from: str = ""
    checks: tuple[str, ...] = ()
    runs: tuple[int, ...] = ()
    reason_codes: tuple[str, ...] = ()
    symptom: str = ""
    explained_by: str = ""
    attempt: str = ""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One cause after everything was weighed.

    `log(prior / prior none)` is the sum of `before`, what was known without runs and attempts;
    `log(belief / none)` is that of `before` and `moved` together, exactly.
    """

    key: str
    belief: float
    prior: float
    state: str
    before: tuple[Moved, ...]
    moved: tuple[Moved, ...]

    @property
    def contributions(self) -> tuple[Moved, ...]:
        return self.before + self.moved


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
