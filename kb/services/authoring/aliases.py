"""Words of solved cases, proposed to the author as symptoms: computed on reading, two deeds.

Nothing is stored but what an author decided: an accepted phrase is part of the guide, a
refused one a row. So proposals follow every new conclusion and every edit by themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Left

from kb.ingest import GuideDraft
from kb.ingest.drafts import SymptomDraft
from kb.matching.aliases import LONGEST, Alias, PastCase, aliases
from kb.matching.candidate import AuthoredSymptom
from kb.matching.phrases import find_phrase
from kb.models import Cause, Guide, GuideRevision, Investigation, RefusedAlias, Symptom
from kb.services.guides.files import draft_of
from kb.services.guides.people import Person, person
from kb.services.guides.saving import Saved, save_guide

# The newest solved cases of one guide, and of all; older words are those of older problems.
MOST_OWN, MOST_OTHERS = 150, 300
# People write first and paste after it; a log's middle holds nobody's words.
_MOST_CHARS = 1_500
_MOST_EXAMPLES = 3
_STRENGTH = "moderate"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`led` cases with these words ended with the cause, `astray` with another conclusion.

    `voices`: who pasted them, each person once a day. `examples` are some of those that led.
    """

    guide: Guide
    cause: Cause
    words: str
    led: int
    astray: int
    voices: int
    examples: tuple[Investigation, ...]

    @property
    def cases(self) -> int:
        return self.led + self.astray


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The proposals, and how many solved cases were read for them."""

    proposals: tuple[Proposal, ...]
    looked_at: int


def proposed_aliases(guide: Guide | None = None) -> Proposed:
    """What people called the guide's problems, or those of all guides, the surest first.

    A fixed number of queries; a bounded number of cases, the newest.
    """
    cases = _solved(guide)
    wanted = {case.concluded_cause.guide_id for case in cases if case.concluded_cause}
    guides = _with_symptoms({guide.pk} if guide else wanted)
    past = [_past(case) for case in cases]
    by_key = {case.pk: case for case in cases}
    found = [one for each in guides for one in _proposals(each, past, by_key)]
    found.sort(key=lambda one: one.astray - one.voices)
    return Proposed(proposals=tuple(found), looked_at=len(cases))


@transaction.atomic
def accept_alias(cause: Cause, words: str, *, by: Person) -> Saved:
    """Make the words a phrase of the cause's observed symptom: revision and index with it.

    Words that the symptom finds already change nothing. Raises BadGuide where the guide as it
    stands breaks a rule, ValueError for words that are none.
    """
    phrase = phrase_of(words)
    guide = Guide.objects.select_for_update().get(pk=cause.guide_id)
    draft = draft_of(guide)
    changed = with_phrase(draft, cause.slug, phrase)
    note = f"“{phrase}” → {cause.slug}"
    return save_guide(changed, by=person(by), source=GuideRevision.Source.ADMIN, note=note)


@transaction.atomic
def refuse_alias(guide: Guide, words: str, *, by: Person) -> RefusedAlias:
    """Remember that the author does not want these words. Raises ValueError for none."""
    refused, _is_new = RefusedAlias.objects.get_or_create(
        guide=guide, words=phrase_of(words), defaults={"by": person(by)}
    )
    return refused


def phrase_of(words: str) -> str:
    """The words as a phrase, one space between. Raises ValueError where they can be none."""
    phrase = " ".join(words.split())
    if not phrase or len(phrase) > LONGEST:
        raise ValueError(phrase)
    return phrase


def with_phrase(draft: GuideDraft, cause: str, phrase: str) -> GuideDraft:
    """The draft with the phrase among the cause's observed symptom, unless it is found already."""
    slug = f"observed-{cause}"[:50]
    stored = next((one for one in draft.symptoms if one.slug == slug), None)
    if stored is not None and any(find_phrase(known, phrase) for known in stored.phrases):
        return draft
    observed = stored or SymptomDraft(slug=slug, provenance="observed")
    grown = replace(
        observed,
        phrases=(*observed.phrases, phrase),
        suggests={cause: _STRENGTH, **observed.suggests},
    )
    before = draft.symptoms if stored else (*draft.symptoms, observed)
    return replace(draft, symptoms=tuple(grown if s is observed else s for s in before))


def _solved(guide: Guide | None) -> list[Investigation]:
    """The newest solved cases: of the guide, and of the rest to see whom its words mislead."""
    rows = Investigation.objects.filter(concluded_at__isnull=False).exclude(text="")
    # A presumed cause neither teaches its words nor says whom they mislead.
    rows = rows.exclude(confirmation=Investigation.Confirmation.PRESUMED)
    rows = rows.select_related("concluded_cause").annotate(begin=Left("text", _MOST_CHARS))
    rows = rows.defer("text").order_by("-concluded_at", "-pk")
    own = rows.filter(concluded_cause__guide=guide)[:MOST_OWN] if guide else ()
    cases = {case.pk: case for case in [*own, *rows[:MOST_OTHERS]]}
    for case in cases.values():
        case.text = case.begin
    return list(cases.values())


def _past(case: Investigation) -> PastCase:
    return PastCase(
        key=case.pk,
        text=case.text,
        cause=str(case.concluded_cause_id or ""),
        voice=(case.started_by_id, case.created_at.date()),
    )


def _with_symptoms(ids: Iterable[int]) -> list[Guide]:
    guides = Guide.objects.published().filter(pk__in=ids).order_by("slug")
    return list(
        guides.prefetch_related(
            "symptoms",
            "refused_aliases",
            "translations",
            Prefetch("causes", Cause.objects.select_related("guide")),
        )
    )


def _proposals(
    guide: Guide, past: Sequence[PastCase], cases: Mapping[int, Investigation]
) -> list[Proposal]:
    causes = {str(cause.pk): cause for cause in guide.causes.all()}
    found = aliases(
        past,
        causes=list(causes),
        known=[_authored(symptom) for symptom in guide.symptoms.all()],
        refused=[refused.words for refused in guide.refused_aliases.all()],
    )
    return [_proposal(guide, causes[one.cause], one, cases) for one in found]


def _authored(symptom: Symptom) -> AuthoredSymptom:
    return AuthoredSymptom(
        symptom_id=symptom.pk,
        slug=symptom.slug,
        phrases=tuple(symptom.phrases),
        pattern=symptom.pattern,
    )


def _proposal(
    guide: Guide, cause: Cause, one: Alias, cases: Mapping[int, Investigation]
) -> Proposal:
    cause.guide = guide
    return Proposal(
        guide=guide,
        cause=cause,
        words=one.words,
        led=len(one.led),
        astray=len(one.astray),
        voices=one.voices,
        examples=tuple(cases[key] for key in one.led[:_MOST_EXAMPLES]),
    )
