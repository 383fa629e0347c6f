"""The words of a repair: what became of each check, what that proposes, what a person may say."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kb.models import Attempt, Investigation, Resolution
from kb.services.diagnosing.answers import CheckState, ResolutionView

register = template.Library()

Words = Mapping[str, str | Promise]

CHANGES: Words = {
    "repaired": _("OK now"),
    "still_ok": _("OK as before"),
    "now_ok": _("OK, but nobody looked before"),
    "same": _("still the same"),
    "otherwise": _("different, and still not OK"),
    "worse": _("worse than before"),
    "now_bad": _("not OK, and nobody looked before"),
    "blind": _("could not look"),
    "not_looked": _("not looked at since"),
}

GOOD = ("repaired", "still_ok")
BAD = ("same", "otherwise", "worse", "now_bad")

WHY: Words = {
    "all_repaired": _("What was not OK before the repair is OK after it."),
    "some_repaired": _("Some of what was wrong is OK now, and some is not."),
    "none_repaired": _("Nothing that was wrong became OK."),
    "could_not_look": _(
        "Not everything could be looked at after the repair, so the checks do not tell."
    ),
    "nothing_was_wrong": _(
        "Everything is OK, but it was OK before the repair too, so this proves nothing."
    ),
    "not_looked_before": _(
        "Everything is OK, but nobody looked before the repair, so this proves nothing."
    ),
    "not_looked_after": _("After the repair, run the verifying checks: they say what came of it."),
    "no_checks": _("Nothing can verify this; your word counts."),
}

PROPOSED: Words = {
    "worked": _("The checks say: it worked."),
    "partly": _("The checks say: it helped partly."),
    "failed": _("The checks say: it did not help."),
    "unknown": _("The checks cannot tell."),
}

OUTCOMES: Words = {
    "worked": _("This fixed it"),
    "partly": _("It helped partly"),
    "failed": _("Did not help"),
    "unknown": pgettext_lazy("what came of a repair", "Cannot tell"),
}
# A workaround leaves the cause where it is.
WORKED_AROUND = _("This gets around it")

CONFIRMATIONS: Words = {
    "presumed": _("presumed"),
    "runs": _("confirmed by checks"),
    "person": _("confirmed by a person"),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that a person may say came of a repair."""

    outcome: str
    words: str
    is_proposed: bool
    is_open: bool


@register.filter
def change_words(change: str) -> str:
    return str(CHANGES[change])


@register.filter
def change_direction(change: str) -> str:
    """`for`, `against` or nothing: the class that colours what became of a check."""
    return "for" if change in GOOD else "against" if change in BAD else ""


@register.filter
def why_proposed(why: str) -> str:
    return str(WHY[why])


@register.filter
def proposed_words(outcome: str) -> str:
    return str(PROPOSED.get(outcome, ""))


@register.filter
def outcome_choices(view: ResolutionView) -> list[Choice]:
    """What may be said, what the checks propose first."""
    proposed = view.verification.proposal.outcome
    choices = [
        Choice(
            outcome=outcome,
            words=outcome_words(outcome, view.resolution),
            is_proposed=outcome == proposed,
            is_open=view.can_conclude or outcome != Attempt.Outcome.WORKED,
        )
        for outcome in OUTCOMES
    ]
    return sorted(choices, key=lambda choice: not choice.is_proposed)


def outcome_words(outcome: str, resolution: Resolution) -> str:
    is_around = resolution.kind == Resolution.Kind.WORKAROUND
    is_worked = outcome == Attempt.Outcome.WORKED
    return str(WORKED_AROUND if is_around and is_worked else OUTCOMES[outcome])


@register.filter
def by_runners(states: tuple[CheckState, ...]) -> list[CheckState]:
    """The checks that a runner can look at."""
    return [state for state in states if not state.is_manual]


@register.filter
def unseen_before(view: ResolutionView) -> str:
    """The keys of the verifying checks that nobody looked at yet: without a look before the
    repair, a look after it proves nothing."""
    unseen = {
        one.check.key
        for one in view.verification.compared
        if one.before is None and one.after is None
    }
    return " ".join(state.key for state in view.verify if state.can_run and state.key in unseen)


@register.filter
def confirmation_words(investigation: Investigation) -> str:
    """How sure the concluded cause is; empty where there is none."""
    return str(CONFIRMATIONS.get(investigation.confirmation, ""))
