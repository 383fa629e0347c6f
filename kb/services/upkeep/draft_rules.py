"""A draft's rules in place of the stored ones, in what a past diagnosis was made from.

What the text matched stays as it is: which guides answer, how well they and the words of each
cause fit, and which symptoms are in it. Rules, weights, refinements and what the symptoms speak
for are the draft's. A look counts for a check only while the draft still looks at the same thing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from kb import diagnosis
from kb.ingest import CauseDraft, CheckDraft, GuideDraft
from kb.models import Guide
from kb.services.diagnosing.weighing import condition_of
from kb.services.guides.files import draft_of
from probes.models import Run
from probes.services import judged

# Rules that are not stored yet come after all that are: of equals the lowest id counts.
_NEW_RULES = 10**12


@dataclass(frozen=True, kw_only=True)
class DraftRules:
    """A draft beside its stored guide: `symptoms` and `rules` hold the stored rows' ids.

    `looked_at` are the checks that look at what they looked at before, by key, with the
    draft's baseline.
    """

    draft: GuideDraft
    symptoms: Mapping[str, str]
    rules: Mapping[str, tuple[int, ...]]
    looked_at: Mapping[str, str]
    rejudged: frozenset[str]

    def put_into(self, inputs: diagnosis.Inputs) -> diagnosis.Inputs:
        """The same diagnosis with the draft's rules; one without the guide stays as it is."""
        return replace(
            inputs,
            causes=self._causes(inputs),
            symptoms=[s for one in inputs.symptoms if (s := self._symptom(one))],
            seen=self._seen(inputs),
        )

    def _causes(self, inputs: diagnosis.Inputs) -> list[diagnosis.Cause]:
        """Every guide's causes in their order, the draft's where the stored ones stood."""
        ordered = sorted(inputs.causes, key=lambda one: (one.order, one.key))
        own = {one.key: one for one in ordered if one.group == self.draft.slug}
        if not own:
            return ordered
        at = ordered.index(next(iter(own.values())))
        others = [one for one in ordered if one.key not in own]
        drafted = [self._cause(one, own) for one in self.draft.causes]
        found = [*others[:at], *drafted, *others[at:]]
        return [replace(one, order=order) for order, one in enumerate(found)]

    def _cause(self, draft: CauseDraft, own: Mapping[str, diagnosis.Cause]) -> diagnosis.Cause:
        key = self._key(draft.slug)
        # A new cause fits as well as its guide does, and nothing is known of it yet.
        stored = own.get(key) or replace(
            next(iter(own.values())), key=key, confirmed=0.0, words=0.0
        )
        return replace(
            stored,
            weight=draft.weight,
            refines=self._key(draft.refines) if draft.refines else None,
            rules=tuple(self._rules(draft)),
        )

    def _rules(self, draft: CauseDraft) -> Iterator[diagnosis.Rule]:
        ids = chain(self.rules.get(draft.slug, ()), count(_NEW_RULES))
        for number, one in zip(ids, draft.evidence, strict=False):
            when = {self._key(slug): condition_of(spec) for slug, spec in one.when.items()}
            yield diagnosis.Rule(id=number, when=when, says=one.says)

    def _symptom(self, symptom: diagnosis.Symptom) -> diagnosis.Symptom | None:
        """The symptom as the draft has it; None where it has none of this name."""
        slugs = {number: slug for slug, number in self.symptoms.items()}
        if symptom.key not in slugs:
            return symptom
        drafts = {one.slug: one for one in self.draft.symptoms}
        draft = drafts.get(slugs[symptom.key])
        if draft is None:
            return None
        explained = (self.symptoms[slug] for slug in draft.explained_by if slug in self.symptoms)
        return replace(
            symptom,
            suggests={self._key(slug): how for slug, how in draft.suggests.items()},
            explained_by=frozenset(explained),
        )

    def _seen(self, inputs: diagnosis.Inputs) -> list[diagnosis.Seen]:
        mine = f"{self.draft.slug}/"
        kept = [
            one
            for one in inputs.seen
            if not one.check.startswith(mine) or one.check in self.looked_at
        ]
        runs = Run.objects.in_bulk([one.run for one in kept if one.check in self.rejudged])
        return [
            replace(one, status=judged(runs[one.run], self.looked_at[one.check]))
            if one.check in self.rejudged
            else one
            for one in kept
        ]

    def _key(self, slug: str) -> str:
        return f"{self.draft.slug}/{slug}"


def draft_rules(draft: GuideDraft, guide: Guide) -> DraftRules:
    """The draft made ready to stand in for the stored rules of its guide."""
    stored = {check.slug: check for check in draft_of(guide).checks}
    same = [one for one in draft.checks if _looks_alike(one, stored.get(one.slug))]
    return DraftRules(
        draft=draft,
        symptoms={one.slug: str(one.pk) for one in guide.symptoms.all()},
        rules={
            one.slug: tuple(row.pk for row in one.evidence.all())
            for one in guide.causes.prefetch_related("evidence")
        },
        looked_at={f"{draft.slug}/{one.slug}": one.baseline for one in same},
        rejudged=frozenset(
            f"{draft.slug}/{one.slug}" for one in same if one.baseline != stored[one.slug].baseline
        ),
    )


def _looks_alike(draft: CheckDraft, stored: CheckDraft | None) -> bool:
    return stored is not None and (draft.probe, draft.values, draft.role) == (
        stored.probe,
        stored.values,
        stored.role,
    )
