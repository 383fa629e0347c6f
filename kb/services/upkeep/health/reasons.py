"""Why a guide may no longer be right: one reason, and all reasons of one guide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kb.models import Guide

FINE, LOOK, STALE = "fine", "look", "stale"
# From the worst: a guide is as bad as its worst reason.
_FROM_WORST = (STALE, LOOK, FINE)

VERDICTS: Mapping[str, str | Promise] = {
    FINE: _("Fine"),
    LOOK: _("Worth a look"),
    STALE: _("Stale"),
}
# What a reason is called where one is chosen from all.
KINDS: Mapping[str, str | Promise] = {
    "fix_failing": _("A fix stopped working"),
    "cause_contradicted": _("A cause is contradicted"),
    "check_blind": _("A check no longer runs"),
    "service_gone": _("A service is gone"),
    "dead_link": _("A link leads nowhere"),
    "document_missing": _("A document is missing"),
    "nothing_helped": _("It was found and nothing helped"),
    "translation_behind": _("The translation is behind"),
    "translation_missing": _("A translation is missing"),
    "not_matched": _("Nobody needed it for long"),
    "in_review": _("Waits to be published"),
    "overdue": _("Its review is overdue"),
}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`text` is a sentence in the reader's language; `href` shows what it is about.

    `since` is when it began, where that is known. `is_for_everyone`: whoever is about to follow
    the guide should know, not only who keeps it.
    """

    code: str
    severity: str
    text: str
    since: date | datetime | None = None
    href: str = ""
    evidence: str = ""
    is_for_everyone: bool = False

    @property
    def since_day(self) -> date | None:
        return self.since.date() if isinstance(self.since, datetime) else self.since

    @property
    def link_words(self) -> str:
        """What the link says; a case is named by what it is, not by its identifier."""
        return str(_("The case")) if self.href.startswith("/i/") else self.evidence

    @property
    def kind(self) -> str:
        return str(KINDS.get(self.code, self.code))


@dataclass(frozen=True, kw_only=True)
class Health:
    """A guide with every reason to look at it, the worst first."""

    guide: Guide
    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> str:
        return self.reasons[0].severity if self.reasons else FINE

    @property
    def verdict_words(self) -> str:
        return str(VERDICTS[self.verdict])

    @property
    def order(self) -> tuple[int, int, str]:
        """Worst first, then most reasons, then by name."""
        return (_FROM_WORST.index(self.verdict), -len(self.reasons), self.guide.slug)


def from_worst(reason: Reason) -> tuple[int, int]:
    kinds = list(KINDS)
    place = kinds.index(reason.code) if reason.code in kinds else len(kinds)
    return (_FROM_WORST.index(reason.severity), place)
