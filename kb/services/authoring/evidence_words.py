"""What evidence says, as whole sentences in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kb.models import Check, Evidence
from probes.engine import registry
from probes.engine.spec import Status
from probes.reasons import label

_STATUSES = (Status.OK, Status.WARNING, Status.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a check can answer: `key` is `reason=CODE` or `status=STATUS`."""

    key: str
    said: str
    status: str


def answers_of(check: Check) -> list[Answer]:
    """Everything a check of this kind can say that is evidence; what nobody saw is none."""
    kind = registry.KINDS.get(check.probe.kind)
    reasons = kind.reasons if kind else {}
    found = [
        Answer(key=f"reason={code}", said=str(label(code)), status=status)
        for code, status in reasons.items()
        if status is not Status.UNKNOWN
    ]
    return found + [
        Answer(key=f"status={one}", said=status_said(one), status=one) for one in _STATUSES
    ]


def status_said(status: str) -> str:
    said = {
        Status.OK: _("anything that is OK"),
        Status.WARNING: _("any warning"),
        Status.CRITICAL: _("anything critical"),
    }
    return said.get(Status(status), status) if status in set(Status) else status


def sentence_of(
    when: Mapping[str, Mapping[str, Any]], says: str, cause: str, checks: Mapping[str, str]
) -> str:
    """The whole of one row; `checks` are their names by slug."""
    conditions = [_condition(checks.get(slug, slug), asked) for slug, asked in when.items()]
    values = {"conditions": _all_of(conditions), "cause": cause}
    match says:
        case Evidence.Says.STRONGLY_FOR:
            return _("If %(conditions)s, that speaks strongly for “%(cause)s”.") % values
        case Evidence.Says.FOR:
            return _("If %(conditions)s, that speaks for “%(cause)s”.") % values
        case Evidence.Says.AGAINST:
            return _("If %(conditions)s, that speaks against “%(cause)s”.") % values
        case Evidence.Says.STRONGLY_AGAINST:
            return _("If %(conditions)s, that speaks strongly against “%(cause)s”.") % values
    return _("If %(conditions)s, that rules out “%(cause)s”.") % values


def _condition(check: str, asked: Mapping[str, Any]) -> str:
    """Of reasons, statuses and facts the first leads the sentence; the others must hold too."""
    reasons = [str(label(code)) for code in asked.get("reason", ())]
    statuses = [status_said(status) for status in asked.get("status", ())]
    facts = [f"{name} = {value}" for name, value in asked.get("facts", {}).items()]
    first, *others = [said for said in (reasons, statuses, facts) if said] or [["?"]]
    said = _("“%(check)s” says %(answers)s") % {"check": check, "answers": _quoted(first)}
    for more in others:
        said = _("%(condition)s (with %(facts)s)") % {"condition": said, "facts": ", ".join(more)}
    return said


def _quoted(answers: Sequence[str]) -> str:
    return _any_of([_("“%(answer)s”") % {"answer": one} for one in answers])


def _any_of(said: Sequence[str]) -> str:
    return _joined(said, _("%(first)s or %(last)s"))


def _all_of(said: Sequence[str]) -> str:
    return _joined(said, _("%(first)s, and %(last)s"))


def _joined(said: Iterable[str], template: str) -> str:
    whole = ""
    for one in said:
        whole = template % {"first": whole, "last": one} if whole else one
    return whole
