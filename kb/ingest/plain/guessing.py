"""Whether a document is a guide or the report of an incident, and in which language it is."""

import re
from collections.abc import Iterator, Sequence

from kb.ingest.complaints import gettext_noop
from kb.ingest.plain.lines import Line
from kb.ingest.plain.proposals import GUIDE, REPORT, Proposal, Reason

_REPORT_TITLE = re.compile(
    r"보고서|회고|장애 기록|report|post-?mortem|incident|retrospective", re.I
)
_GUIDE_TITLE = re.compile(r"가이드|대응|절차|매뉴얼|런북|guide|runbook|how to|playbook", re.I)
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")

_IS_CALLED = gettext_noop("its title says so: “%(title)s”")
_HAS_DATE = gettext_noop("it says when it happened")
_HAS_LESSONS = gettext_noop("it has lessons")
_HAS_ACTIONS = gettext_noop("it has work that remains")
_HAS_TASKS = gettext_noop("it has a checklist to go through")
_HAS_NEITHER = gettext_noop("nothing in it says when something happened")


def guess_kind(
    title: str, lines: Sequence[Line], told: Sequence[Proposal]
) -> tuple[str, tuple[Reason, ...]]:
    """Guide or report, and why. `told` is what a report would hold."""
    for_report = list(_report_reasons(title, lines, told))
    for_guide = list(_guide_reasons(title, lines))
    if len(for_report) > len(for_guide):
        return REPORT, tuple(for_report)
    return GUIDE, tuple(for_guide) or (Reason(line=0, template=_HAS_NEITHER),)


def _report_reasons(
    title: str, lines: Sequence[Line], told: Sequence[Proposal]
) -> Iterator[Reason]:
    if _REPORT_TITLE.search(title):
        yield Reason(line=_title_line(lines), template=_IS_CALLED, values={"title": title})
    first = {_what(one): one.line for one in reversed(told)}
    signs = {"date": _HAS_DATE, "lesson": _HAS_LESSONS, "action": _HAS_ACTIONS}
    for what, template in signs.items():
        if what in first:
            yield Reason(line=first[what], template=template)


def _what(proposal: Proposal) -> str:
    return getattr(proposal.becomes, "name", "") or proposal.sort


def _guide_reasons(title: str, lines: Sequence[Line]) -> Iterator[Reason]:
    if _GUIDE_TITLE.search(title):
        yield Reason(line=_title_line(lines), template=_IS_CALLED, values={"title": title})
    task = next((line for line in lines if line.task and line.topic != "action"), None)
    if task is not None:
        yield Reason(line=task.number, template=_HAS_TASKS)


def _title_line(lines: Sequence[Line]) -> int:
    return next((line.number for line in lines if line.is_heading), 1)


def guess_language(lines: Sequence[Line]) -> str:
    """`ko` where a tenth of the prose's letters are Hangul: commands and names are Latin."""
    hangul = latin = 0
    for line in lines:
        if line.is_prose or line.is_heading:
            hangul += len(_HANGUL.findall(line.text))
            latin += len(_LATIN.findall(line.text))
    return "ko" if hangul and hangul * 10 >= hangul + latin else "en"
