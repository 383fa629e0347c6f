"""What a plain document may become: each piece with its line, for a person to accept or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

GUIDE, REPORT = "guide", "report"
KINDS = (GUIDE, REPORT)

Value = str | int


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """Strings as a person sees them on the screen or in a log."""

    phrases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something to look at. `kind` is a probe's; `probe` the starter definition that fits it.

    `parameters` are those of the kind, as far as the document gives them. What no probe can
    look at is of kind manual: a person answers `question`.
    """

    kind: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    probe: str = ""
    command: str = ""
    question: str = ""
    expected: str = ""
    baseline: str = ""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why it happens, as far as the document says: never more than suspected.

    `is_presumed` where the document itself only guesses.
    """

    weight: int = 1
    is_presumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What to do, or to leave alone (`avoid`)."""

    kind: str = "fix"
    risk: str = "low"
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Another document or script that this one relies on."""

    target: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A field of a report: date, status, operator, reviewer, written, type or environment.

    `value` is the field as stored: an ISO date, `fix` or `workaround` for a status.
    """

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One thing that was tried. `outcome` is one of kb's: worked, partly, failed, unknown."""

    outcome: str = "unknown"
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How it is afterwards; a figure has `before` and `after`."""

    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Work that remains. `horizon` is short, mid, long or process; `detail` is Markdown."""

    horizon: str = ""
    detail: str = ""
    due: str = ""


Becomes = (
    Symptom | Check | Cause | Resolution | Reference | Fact | Attempt | Result | Lesson | Action
)

# The order in which a person reads them.
SORTS: Mapping[type, str] = {
    Fact: "fact",
    Symptom: "symptom",
    Check: "check",
    Cause: "cause",
    Resolution: "resolution",
    Attempt: "attempt",
    Result: "result",
    Lesson: "lesson",
    Action: "action",
    Reference: "reference",
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One piece of the document. Lines count from 1; `source` is the text of `line`, as it stands.

    `id` is its sort and line (`check-22`), and stays the same for the same text. `also` are
    later lines that say the same.
    """

    line: int
    source: str
    title: str
    becomes: Becomes
    last_line: int = 0
    section: int = -1
    also: tuple[int, ...] = ()
    id: str = ""

    @property
    def sort(self) -> str:
        return SORTS[type(self.becomes)]

    @property
    def lines(self) -> range:
        return range(self.line, max(self.line, self.last_line) + 1)


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Lines that may hold a secret, and what they become where a person does not keep them."""

    line: int
    sorts: tuple[str, ...]
    masked: str

    @property
    def id(self) -> str:
        return f"secret-{self.line}"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why the document was taken for a guide or a report; `line` 0 speaks of the whole."""

    line: int
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
