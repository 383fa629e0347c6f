"""What a case adds to a guide that exists: words, what helped, what did not."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import override

from kb.ingest import CauseDraft, ResolutionDraft
from kb.models import Attempt, Cause, Guide, GuideRevision
from kb.services.authoring.aliases import phrase_of, with_phrase
from kb.services.authoring.drafting import Chosen, avoidance, repair
from kb.services.guides.files import draft_of
from kb.services.guides.people import Person, person
from kb.services.guides.saving import Saved, save_guide


@transaction.atomic
def extend_guide(
    cause: Cause, chosen: Chosen, *, failed: Sequence[Attempt] = (), by: Person, note: str = ""
) -> Saved:
    """Add what was chosen to the cause, in one revision; what the guide has changes nothing.

    Raises BadGuide where the guide as it stands breaks a rule, ValueError for words that are none.
    """
    phrases = [phrase_of(words) for words in chosen.phrases]
    guide = Guide.objects.select_for_update().get(pk=cause.guide_id)
    draft = draft_of(guide)
    for phrase in phrases:
        draft = with_phrase(draft, cause.slug, phrase)
    with override(guide.language):
        added = _resolutions(chosen, [one for one in failed if one.pk in chosen.avoid])
    draft = replace(draft, causes=tuple(_grown(one, cause.slug, added) for one in draft.causes))
    return save_guide(draft, by=person(by), source=GuideRevision.Source.ADMIN, note=note)


def _resolutions(chosen: Chosen, failed: Iterable[Attempt]) -> list[ResolutionDraft]:
    fix = [repair(chosen.fix, is_workaround=chosen.is_workaround, slug="observed-fix")]
    return [*(fix if chosen.fix else []), *map(avoidance, failed)]


def _grown(cause: CauseDraft, slug: str, added: Iterable[ResolutionDraft]) -> CauseDraft:
    if cause.slug != slug:
        return cause
    titles = {one.title for one in cause.resolutions}
    slugs = {one.slug for one in cause.resolutions}
    new = tuple(one for one in added if one.title not in titles and one.slug not in slugs)
    return replace(cause, resolutions=(*cause.resolutions, *new))
