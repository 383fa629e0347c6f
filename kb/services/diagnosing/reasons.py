"""Why a check is advised: as data, and as whole sentences in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kb.models import Cause, Check
from probes.reasons import label

# Two say what the check would decide; more is a table, not a sentence.
_MOST = 2
_MOST_CODES = 3


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a result of the advised check would mean: what it says about which cause."""

    check: Check
    reason_codes: tuple[str, ...]
    cause: Cause
    says: str

    @property
    def speaks_for(self) -> bool:
        return self.says in ("for", "strongly-for")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why this check: what its results would decide, what changes most first.

    `instead_of` is the check the author would have run first.
    """

    outcomes: tuple[Outcome, ...]
    instead_of: Check | None

    def __str__(self) -> str:
        """The reason in the reader's language; the values stay beside it for who wants them."""
        said = [_sentence(one) for one in _telling(self.outcomes)]
        if not said:
            said = [_("This is expected to tell most for the time it takes.")]
        if self.instead_of is not None:
            said.append(_departure(self.instead_of))
        return " ".join(said)


def _departure(check: Check) -> str:
    name = check.guide.localized_name("checks", check.slug, check.name)
    return _("It tells more for its time than “%(check)s”, which the guide looks at first.") % {
        "check": name
    }


def _telling(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome for each of the first causes: one that names few reasons and speaks for it."""
    best: dict[int, Outcome] = {}
    for one in outcomes:
        if 0 < len(one.reason_codes) <= _MOST_CODES:
            known = best.setdefault(one.cause.pk, one)
            if one.speaks_for and not known.speaks_for:
                best[one.cause.pk] = one
    return list(best.values())[:_MOST]


def _sentence(one: Outcome) -> str:
    values = {
        "seen": ", ".join(label(code) for code in one.reason_codes),
        "cause": one.cause.guide.localized_name("causes", one.cause.slug, one.cause.title),
    }
    if one.says == "strongly-for":
        return _("“%(seen)s” would speak strongly for “%(cause)s”.") % values
    if one.says == "for":
        return _("“%(seen)s” would speak for “%(cause)s”.") % values
    if one.says == "rules-out":
        return _("“%(seen)s” would rule out “%(cause)s”.") % values
    return _("“%(seen)s” would speak against “%(cause)s”.") % values
