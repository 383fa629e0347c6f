"""The words of what moved a cause: who says it, what it says, and how many times likelier."""

import math

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kb.diagnosis.strengths import NONE_OF_THESE
from kb.services.diagnosing.answers import Moved
from kb.templatetags.answers import Words, percent, says_words

register = template.Library()

_MESSAGES = ("strong", "moderate", "weak", "explained")
# Nearer to 1 than this is no change that anybody would see.
_UNCHANGED = 1.05

KINDS: Words = {
    "start": pgettext_lazy("where a belief starts", "Start"),
    "record": gettext_lazy("Earlier cases"),
    "message": gettext_lazy("Message"),
    "words": gettext_lazy("Other words"),
    "balance": pgettext_lazy("a part of a belief", "Balance"),
    "check": pgettext_lazy("a part of a belief", "Check"),
    "attempt": pgettext_lazy("a part of a belief", "Attempt"),
    "narrower": gettext_lazy("Narrower cause"),
}

_KINDS_OF_SAYS = {
    "share": "start",
    "confirmed": "record",
    "words": "words",
    "none_keeps": "balance",
    "refined": "narrower",
    **dict.fromkeys(_MESSAGES, "message"),
    **dict.fromkeys(("fix_failed", "failed_without"), "attempt"),
}


@register.filter
def moved_kind(moved: Moved) -> str:
    """`start`, `record`, `message`, `words`, `balance`, `check`, `attempt` or `narrower`."""
    return _KINDS_OF_SAYS.get(moved.says, "check")


@register.filter
def moved_kind_words(moved: Moved) -> str:
    return str(KINDS[moved_kind(moved)])


@register.filter
def moved_words(moved: Moved) -> str:
    """What it says, as a sentence that can stand beside its message, runs or attempt."""
    if moved.says == "explained":
        return _("explained by “%(other)s”, so it does not count") % {
            "other": moved.symptom and moved.symptom.explained_by
        }
    if moved.says == "refined" and moved.log_odds > 0:
        return _("takes over from its broader cause")
    return _SENTENCES[moved.says]() if moved.says in _SENTENCES else says_words(moved.says)


# Functions, because a sentence is in the language of whoever reads it.
_SENTENCES = {
    "share": lambda: _("the author's weight, and how well the guide fits"),
    "confirmed": lambda: _("how often it was the cause of the same error before"),
    "words": lambda: _("the rest of the text is worded like this cause"),
    "none_keeps": lambda: _("a text only tells causes apart: “none of these” keeps its share"),
    "strong": lambda: _("speaks strongly for it"),
    "moderate": lambda: _("speaks for it"),
    "weak": lambda: _("hints at it"),
    "fix_failed": lambda: _("its fix was tried and did not help"),
    "failed_without": lambda: _("this cause was out of the way, and it failed all the same"),
}


@register.filter
def factor_words(moved: Moved) -> str:
    """`12 times likelier`; for the start, the share it starts at."""
    if moved.says == "share":
        return _("starts at %(share)s") % {"share": percent(starting_share(moved))}
    if moved.says == "explained":
        return _("does not count")
    times = math.exp(abs(moved.log_odds))
    if times < _UNCHANGED:
        return _("changes nothing")
    words = {"times": f"{times:,.0f}" if times >= 10 else f"{times:.1f}".removesuffix(".0")}
    if moved.log_odds > 0:
        return _("%(times)s times likelier") % words
    return _("%(times)s times less likely") % words


def starting_share(moved: Moved) -> float:
    """The share before the text and the runs: of what "none of these" leaves."""
    return math.exp(moved.log_odds) * NONE_OF_THESE


@register.filter
def weight_of(moved: Moved) -> str:
    """How far a bar reaches, from 0 to 5: a hundredfold change nearly fills it."""
    return f"{min(abs(moved.log_odds), 5.0):.2f}"


@register.filter
def moved_direction(moved: Moved) -> str:
    """`for` or `against`; `none` for the start and what does not count, `even` for all causes alike."""
    if moved.says in ("share", "explained") or not moved.log_odds:
        return "none"
    if moved.says == "none_keeps":
        return "even"
    return "for" if moved.log_odds > 0 else "against"
