"""Which past conclusions other rules would change: computed from what was seen, nothing stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects

from kb import diagnosis, index
from kb.ingest import GuideDraft
from kb.ingest.complaints import gettext_noop
from kb.models import Cause, Guide, Investigation
from kb.services.cases.reading import read_cases
from kb.services.diagnosing.weighed import inputs_of
from kb.services.guides.files import draft_of
from kb.services.guides.imports import FileComplaint, ImportRefused, plan_import
from kb.services.upkeep.draft_rules import draft_rules
from kb.services.upkeep.replay_changes import Changed, changed_case

_OTHER_GUIDE = gettext_noop("this is not the guide %(slug)s")

# The newest of each: older ones were seen by other checks, and a person waits for the answer.
MOST_CONCLUDED, MOST_OPEN = 40, 20
_VERDICTS = ("worse", "better", "other")


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
    rules = draft_rules(draft, guide)
    cases = _newest(_cases_of(guide))
    before = _inputs(cases)
    return _compared(guide, cases, before, [rules.put_into(one) for one in before], draft=draft)


def replay_publishing(guide: Guide) -> Replay:
    """What the newest cases of all guides would conclude once this one answers pasted texts.

    Only the index can say which texts it finds: it is published, read and taken back, in one
    transaction that nobody else sees.
    """
    cases = _newest(Investigation.objects.all())
    before = _inputs(cases)
    with transaction.atomic():
        index.lock()
        Guide.objects.filter(pk=guide.pk).update(state=Guide.State.PUBLISHED)
        index.update(Guide.objects.get(pk=guide.pk))
        after = _inputs(cases)
        transaction.set_rollback(True)
    return _compared(guide, cases, before, after, draft=draft_of(guide))


def _newest(cases: QuerySet[Investigation]) -> list[Investigation]:
    cases = cases.select_related("concluded_cause__guide")
    concluded = cases.filter(concluded_at__isnull=False).order_by("-concluded_at", "-pk")
    still_open = cases.filter(concluded_at__isnull=True).order_by("-pk")
    return [*concluded[:MOST_CONCLUDED], *still_open[:MOST_OPEN]]


def _inputs(cases: Sequence[Investigation]) -> list[diagnosis.Inputs]:
    """Without anything to ask: what to look at next is no part of a conclusion."""
    return [
        replace(inputs_of(case.investigation, case=case), askable=()) for case in read_cases(cases)
    ]


def _compared(
    guide: Guide,
    cases: Sequence[Investigation],
    before: Sequence[diagnosis.Inputs],
    after: Sequence[diagnosis.Inputs],
    *,
    draft: GuideDraft,
) -> Replay:
    changed = map(changed_case, cases, before, after)
    found = sorted((one for one in changed if one), key=lambda one: _VERDICTS.index(one.verdict))
    concluded = sum(case.concluded_at is not None for case in cases)
    prefetch_related_objects([guide], "translations")
    return Replay(
        guide=guide,
        concluded=tuple(one for one in found if one.investigation.concluded_at),
        open=tuple(one for one in found if not one.investigation.concluded_at),
        concluded_looked_at=concluded,
        open_looked_at=len(cases) - concluded,
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
    return Investigation.objects.filter(concerns)


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
