"""From what one case tells to the draft of a guide: symptoms, checks, the fix, what to avoid.

The draft says nothing that the case did not: words are observed, what was seen speaks for the
cause, and a cause that nobody confirmed stays suspected.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from kb.ingest import CauseDraft, CheckDraft, EvidenceDraft, GuideDraft, ResolutionDraft
from kb.ingest.drafts import SymptomDraft
from kb.matching.candidates import Candidate, candidates
from kb.models import Attempt, Check, Guide, Investigation, Resolution
from kb.services.authoring.draft_body import draft_body
from kb.services.authoring.found_checks import FoundCheck
from kb.services.authoring.symptom_hits import Hits, Kin, hits_of, past_pastes
from probes.models import Batch, BatchItem

_TITLE = 200
_SHORTEST_SLUG = 4
_NOT_WORD = re.compile(r"[\W_]+")
_CAUSE = "found"
_PROVENANCE = "observed"


@dataclass(frozen=True, kw_only=True)
class Look:
    """A check as it was run in the case: the newest item of its probe and values with a run."""

    slug: str
    name: str
    item: BatchItem

    @property
    def is_telling(self) -> bool:
        """It saw something that is not as it should be."""
        return self.item.run.status in ("WARNING", "CRITICAL")


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A phrase that could be a symptom, with what it would have found among past pastes."""

    phrase: str
    line: int
    hits: Hits


@dataclass(frozen=True, kw_only=True)
class Told:
    """One case, or several that are one: what a guide can be made of."""

    title: str
    language: str
    investigations: tuple[Investigation, ...]
    report: str = ""
    looks: tuple[Look, ...] = ()
    found: tuple[FoundCheck, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    services: frozenset[str] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.text for one in self.investigations if one.text.strip()))

    @property
    def checks(self) -> tuple[Look | FoundCheck, ...]:
        """What was run, then what the text suggests."""
        return (*self.looks, *self.found)

    @property
    def worked(self) -> tuple[Attempt, ...]:
        return tuple(one for one in self.attempts if one.outcome == Attempt.Outcome.WORKED)

    @property
    def failed(self) -> tuple[Attempt, ...]:
        return tuple(one for one in self.attempts if one.outcome == Attempt.Outcome.FAILED)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a person took over from the proposals. `avoid` holds ids, the checks are by slug.

    `looks` names checks that were run and ones only found in the text; `verify` those that show
    that the fix worked.
    """

    title: str
    cause: str
    is_confirmed: bool = False
    phrases: tuple[str, ...] = ()
    looks: frozenset[str] = frozenset()
    verify: frozenset[str] = frozenset()
    avoid: frozenset[int] = frozenset()
    fix: str = ""
    is_workaround: bool = False
    state: str = field(default=Guide.State.DRAFT.value)


def looks_of(investigations: Iterable[Investigation]) -> tuple[Look, ...]:
    """What was run in these cases, each probe with each values once, in the order it was run."""
    items = (
        BatchItem.objects.filter(batch__investigations__in=list(investigations))
        .filter(run__isnull=False, probe__isnull=False)
        .exclude(batch__purpose=Batch.Purpose.VERIFY)
        .select_related("run", "probe")
        .order_by("-run__started_at", "-pk")
    )
    newest: dict[tuple[str, str], BatchItem] = {}
    for item in items:
        newest.setdefault((item.probe_slug, str(sorted(item.values.items()))), item)
    ordered = sorted(newest.values(), key=lambda item: (item.run.started_at, item.pk))
    return tuple(_named(ordered, _names(ordered)))


def proposed_symptoms(told: Told, kin: Kin) -> list[Proposed]:
    """Phrases of the pastes, those that find most and mislead least first."""
    past = past_pastes()
    found: dict[str, Candidate] = {}
    for text in told.texts:
        for one in candidates(text):
            found.setdefault(one.phrase.casefold(), one)
    proposed = [
        Proposed(phrase=one.phrase, line=one.line, hits=hits_of(one.phrase, kin, past))
        for one in found.values()
    ]
    # sorted() is stable: equals keep the order of how much they tell.
    return sorted(proposed, key=lambda one: one.hits.wrong - one.hits.right)


def guide_draft(told: Told, chosen: Chosen) -> GuideDraft:
    """The draft under a slug that no guide has, in the case's own language."""
    wanted = chosen.looks | chosen.verify
    looks = [look for look in told.looks if look.slug in wanted]
    found = [one for one in told.found if one.slug in wanted]
    checks: list[Look | FoundCheck] = [*looks, *found]
    avoided = [one for one in told.failed if one.pk in chosen.avoid]
    with override(told.language):
        return GuideDraft(
            slug=free_slug(chosen.title),
            language=told.language,
            title=chosen.title[:_TITLE],
            state=chosen.state,
            services=told.services,
            symptoms=_symptoms(chosen),
            checks=(*map(_check, looks), *map(_found_check, found)),
            causes=(_cause(told, chosen, looks, avoided),),
            body=draft_body(
                texts=told.texts,
                looked=[_looked(look) for look in checks],
                fix=chosen.fix,
                tried=[one.what for one in avoided],
                verify=[one.name for one in checks if one.slug in chosen.verify],
                report=told.report,
            ),
        )


def free_slug(title: str) -> str:
    """A slug for the title that no guide has; a title without Latin words gets a plain one."""
    name = slugify(_NOT_WORD.sub("-", title))[:40].strip("-_")
    stem = name if len(name) >= _SHORTEST_SLUG else "guide"
    taken = set(Guide.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(f"{stem}-{n}" for n in range(2, len(taken) + 3) if f"{stem}-{n}" not in taken)


def avoidance(attempt: Attempt, *, section: str = "") -> ResolutionDraft:
    """A failed attempt as advice to leave it alone."""
    return ResolutionDraft(
        slug=f"tried-{attempt.pk}",
        title=_("Did not help: %(what)s") % {"what": attempt.what[: _TITLE - 40]},
        kind=Resolution.Kind.AVOID.value,
        section=section,
        risk=Resolution.Risk.NONE.value,
        provenance=_PROVENANCE,
    )


def repair(
    words: str,
    *,
    is_workaround: bool,
    slug: str = "fix",
    section: str = "",
    verify: frozenset[str] = frozenset(),
) -> ResolutionDraft:
    """What worked, called what it was: a workaround is no fix."""
    kind = Resolution.Kind.WORKAROUND if is_workaround else Resolution.Kind.FIX
    return ResolutionDraft(
        slug=slug,
        title=words[:_TITLE],
        kind=kind.value,
        section=section,
        verify=verify,
        provenance=_PROVENANCE,
    )


def _names(items: Iterable[BatchItem]) -> dict[str, str]:
    """What the guides call the checks that were asked for, by `guide/check`."""
    wanted = {item.ref for item in items}
    guides = {ref.partition("/")[0] for ref in wanted}
    checks = Check.objects.filter(guide__slug__in=guides).select_related("guide")
    return {
        check.key: check.guide.localized_name("checks", check.slug, check.name)
        for check in checks.prefetch_related("guide__translations")
        if check.key in wanted
    }


def _named(items: Sequence[BatchItem], names: Mapping[str, str]) -> Iterator[Look]:
    taken: set[str] = set()
    for item in items:
        stem = (item.ref.rpartition("/")[2] or item.probe_slug)[:44]
        slug = next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if s not in taken)
        taken.add(slug)
        own = item.probe.name if item.probe else slug
        yield Look(slug=slug, name=names.get(item.ref, own), item=item)


def _symptoms(chosen: Chosen) -> tuple[SymptomDraft, ...]:
    if not chosen.phrases:
        return ()
    return (
        SymptomDraft(
            slug="seen",
            phrases=chosen.phrases,
            suggests={_CAUSE: "strong"},
            provenance=_PROVENANCE,
        ),
    )


def _check(look: Look) -> CheckDraft:
    return CheckDraft(
        slug=look.slug,
        name=look.name,
        probe=look.item.probe_slug,
        values=look.item.values,
        section="diagnosis",
        provenance=_PROVENANCE,
    )


def _found_check(found: FoundCheck) -> CheckDraft:
    return CheckDraft(
        slug=found.slug,
        name=found.name,
        probe=found.probe,
        values=found.values,
        section="diagnosis",
        provenance=_PROVENANCE,
    )


def _cause(
    told: Told, chosen: Chosen, looks: Sequence[Look], avoided: Sequence[Attempt]
) -> CauseDraft:
    fix = (
        repair(
            chosen.fix,
            is_workaround=chosen.is_workaround,
            section="fix",
            verify=chosen.verify & {one.slug for one in told.checks},
        ),
    )
    return CauseDraft(
        slug=_CAUSE,
        title=chosen.cause[:_TITLE],
        section="diagnosis",
        standing="confirmed" if chosen.is_confirmed else "suspected",
        provenance=_PROVENANCE,
        evidence=tuple(_evidence(look) for look in looks if look.is_telling),
        resolutions=(
            *(fix if chosen.fix else ()),
            *(avoidance(one, section="tried") for one in avoided),
        ),
    )


def _evidence(look: Look) -> EvidenceDraft:
    return EvidenceDraft(
        when={look.slug: {"reason": [look.item.run.reason_code]}},
        says="for",
        provenance=_PROVENANCE,
    )


def _looked(look: Look | FoundCheck) -> str:
    if isinstance(look, FoundCheck):
        return f"- {look.name}: `{look.said}`"
    run = look.item.run
    return f"- {look.name}: `{run.reason_code}` — {' '.join(run.summary.split())}"
