"""Which past conclusions other rules would change: computed from what was seen, nothing stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet, prefetch_related_objects

from kb import diagnosis
from kb.diagnosis.stopping import likeliest
from kb.ingest import GuideDraft
from kb.ingest.complaints import gettext_noop
from kb.models import Cause, Guide, Investigation
from kb.services.draft_rules import DraftRules, draft_rules
from kb.services.guide_imports import FileComplaint, ImportRefused, plan_import
from kb.services.ranking import inputs_of
from kb.services.reading import Case, read_cases

_OTHER_GUIDE = gettext_noop("this is not the guide %(slug)s")

# The newest of each: older ones were seen by other checks, and a person waits for the answer.
MOST_CONCLUDED, MOST_OPEN = 40, 20
_VERDICTS = ("worse", "better", "other")


@dataclass(frozen=True, kw_only=True)
class Believed:
    """What came first under one set of rules, and where the confirmed cause stood.

    `first` is a cause's key, empty for "none of these". `state` and `confirmed` (its belief) are
    empty and 0 where no cause was confirmed, or the rules do not know it.
    """

    first: str
    belief: float
    state: str = ""
    confirmed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RuleMoved:
    """What a rule over these checks said about a cause, before and after; empty where none held."""

    cause: str
    checks: tuple[str, ...]
    reason_codes: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A case that would end otherwise. `verdict`: better, worse or other, by what was confirmed.

    `rules` are those that moved it, what moved most first; empty where a weight, a refinement or
    a symptom did.
    """

    investigation: Investigation
    confirmed: Cause | None
    before: Believed
    after: Believed
    verdict: str
    rules: tuple[RuleMoved, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`concluded` and `open` would change, what ends worse first; so many were looked at.

    `titles` and `checks` name every cause and check that is mentioned, by key, in the reader's
    language; the draft's new ones as the draft names them.
    """

    guide: Guide
    concluded: tuple[Changed, ...]
    open: tuple[Changed, ...]
    concluded_looked_at: int
    open_looked_at: int
    titles: Mapping[str, str]
    checks: Mapping[str, str]

    @property
    def better(self) -> int:
        return self._count("better")

    @property
    def worse(self) -> int:
        return self._count("worse")

    @property
    def other(self) -> int:
        return self._count("other")

    def _count(self, verdict: str) -> int:
        return sum(one.verdict == verdict for one in self.concluded)


def replay(draft: GuideDraft, guide: Guide) -> Replay:
    """What the newest cases of the guide would conclude by the draft's rules instead of its own.

    A case is the guide's when it ended in one of its causes, was started from it, or ran one of
    its checks. Each is weighed as it stands: by what was fresh and seen before it was concluded.
    """
    prefetch_related_objects([guide], "translations")
    rules = draft_rules(draft, guide)
    cases = _cases_of(guide)
    concluded = list(
        cases.filter(concluded_at__isnull=False).order_by("-concluded_at", "-pk")[:MOST_CONCLUDED]
    )
    still_open = list(cases.filter(concluded_at__isnull=True).order_by("-pk")[:MOST_OPEN])
    changed = [_changed(case, rules) for case in read_cases([*concluded, *still_open])]
    found = sorted((one for one in changed if one), key=lambda one: _VERDICTS.index(one.verdict))
    return Replay(
        guide=guide,
        concluded=tuple(one for one in found if one.investigation.concluded_at),
        open=tuple(one for one in found if not one.investigation.concluded_at),
        concluded_looked_at=len(concluded),
        open_looked_at=len(still_open),
        titles=_titles(draft, guide, found),
        checks=_check_names(draft, guide),
    )


def read_draft(guide: Guide, name: str, content: str | bytes) -> GuideDraft:
    """A file as a draft of this guide. Raises ImportRefused with everything wrong in it."""
    plan = plan_import([(name, content)])
    if plan.complaints:
        raise ImportRefused(plan.complaints)
    draft = plan.items[0].draft
    if not isinstance(draft, GuideDraft) or draft.slug != guide.slug:
        raise ImportRefused([_of_another_guide(guide, name)])
    return draft


def _of_another_guide(guide: Guide, name: str) -> FileComplaint:
    return FileComplaint(
        file=name, line=0, field="", template=_OTHER_GUIDE, values={"slug": guide.slug}
    )


def _cases_of(guide: Guide) -> QuerySet[Investigation]:
    through = Investigation.batches.through.objects
    ran = through.filter(batch__items__ref__startswith=f"{guide.slug}/").values("investigation")
    concerns = Q(concluded_cause__guide=guide) | Q(guide=guide) | Q(pk__in=ran)
    return Investigation.objects.filter(concerns).select_related("concluded_cause__guide")


def _changed(case: Case, rules: DraftRules) -> Changed | None:
    """The case, where its first cause or the state of its confirmed one would be another."""
    # Without anything to ask: what to look at next is no part of the conclusion.
    inputs = replace(inputs_of(case.investigation, case=case), askable=())
    before, _advice = diagnosis.conclude(inputs)
    after, _advice = diagnosis.conclude(rules.put_into(inputs))
    confirmed = _confirmed(case.investigation)
    was, would_be = _believed(before, confirmed), _believed(after, confirmed)
    if (was.first, was.state) == (would_be.first, would_be.state):
        return None
    concerned = [was.first, would_be.first, confirmed.key if confirmed else ""]
    return Changed(
        investigation=case.investigation,
        confirmed=confirmed,
        before=was,
        after=would_be,
        verdict=_verdict(was, would_be, confirmed),
        rules=tuple(_moved(before, after, concerned)),
    )


def _confirmed(case: Investigation) -> Cause | None:
    """The cause the case ended in, unless that was only presumed."""
    is_presumed = case.confirmation == Investigation.Confirmation.PRESUMED
    return None if is_presumed else case.concluded_cause


def _believed(ranking: diagnosis.Ranking, confirmed: Cause | None) -> Believed:
    first, beliefs = likeliest(ranking), ranking.by_key()
    own = beliefs.get(confirmed.key) if confirmed else None
    return Believed(
        first=first,
        belief=beliefs[first].belief if first else ranking.none_of_these,
        state=own.state if own else "",
        confirmed=own.belief if own else 0.0,
    )


def _verdict(before: Believed, after: Believed, confirmed: Cause | None) -> str:
    """By which rules the confirmed cause comes first, else by which more is believed of it."""
    if confirmed is None:
        return "other"
    was, would_be = before.first == confirmed.key, after.first == confirmed.key
    if was != would_be:
        return "better" if would_be else "worse"
    if round(after.confirmed - before.confirmed, 2) == 0:
        return "other"
    return "better" if after.confirmed > before.confirmed else "worse"


# What a rule over these checks said about a cause, with the codes they saw.
_Says = Mapping[tuple[str, ...], tuple[str, float, tuple[str, ...]]]


def _moved(
    before: diagnosis.Ranking, after: diagnosis.Ranking, concerned: Iterable[str]
) -> list[RuleMoved]:
    """The rules of the concerned causes that said something else, what moved most first."""
    was, would_be = before.by_key(), after.by_key()
    found = [
        change
        for key in dict.fromkeys(concerned)
        if key in was or key in would_be
        for change in _differences(key, _says(was.get(key)), _says(would_be.get(key)))
    ]
    # sorted() is stable: equals stay with the cause that came first.
    return [one for _amount, one in sorted(found, key=lambda pair: -pair[0])]


def _says(belief: diagnosis.Belief | None) -> _Says:
    return {
        one.checks: (one.says, one.log_odds, one.reason_codes)
        for one in (belief.moved if belief else ())
        if one.checks
    }


def _differences(cause: str, before: _Says, after: _Says) -> Iterator[tuple[float, RuleMoved]]:
    nothing = ("", 0.0, ())
    for checks in sorted(before.keys() | after.keys()):
        (was, old, codes), (would_be, new, new_codes) = (
            before.get(checks, nothing),
            after.get(checks, nothing),
        )
        if was != would_be:
            yield (
                round(abs(new - old), 9),
                RuleMoved(
                    cause=cause,
                    checks=checks,
                    reason_codes=codes or new_codes,
                    before=was,
                    after=would_be,
                ),
            )


def _titles(draft: GuideDraft, guide: Guide, changes: Iterable[Changed]) -> dict[str, str]:
    """Of the draft's causes as the draft says them, in the guide's own language; else as stored."""
    drafted = {
        f"{draft.slug}/{one.slug}": guide.localized_name("causes", one.slug, one.title)
        for one in draft.causes
    }
    mentioned = {one.before.first for one in changes} | {one.after.first for one in changes}
    mentioned |= {one.confirmed.key for one in changes if one.confirmed}
    return {**_stored_titles(mentioned - drafted.keys()), **drafted}


def _stored_titles(keys: Iterable[str]) -> dict[str, str]:
    guides = {key.partition("/")[0] for key in keys}
    causes = Cause.objects.filter(guide__slug__in=guides).select_related("guide")
    return {
        one.key: one.guide.localized_name("causes", one.slug, one.title)
        for one in causes.prefetch_related("guide__translations")
        if one.key in keys
    }


def _check_names(draft: GuideDraft, guide: Guide) -> dict[str, str]:
    return {
        f"{draft.slug}/{one.slug}": guide.localized_name("checks", one.slug, one.name)
        for one in draft.checks
    }
