"""A guide's revisions: reading one, how much it changed, and bringing one back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from kb import index, ingest
from kb.ingest import GuideDraft
from kb.models import Guide, GuideRevision
from kb.services.guides.saving import Saved, save_guide


class NewerRevision(Exception):
    """Somebody saved the guide since the person looked; `newest` is what they saved."""

    def __init__(self, newest: GuideRevision) -> None:
        super().__init__(f"revision {newest.number} is newer")
        self.newest = newest


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many lines of the file a revision added and removed; a moved line is neither."""

    added: int
    removed: int


def draft_of_revision(revision: GuideRevision) -> GuideDraft:
    """Raises BadGuide where the file would not be read today."""
    draft = ingest.parse(revision.file)
    assert isinstance(draft, GuideDraft)
    return draft


def sizes_of(revisions: Sequence[GuideRevision], before: GuideRevision | None) -> dict[int, Size]:
    """By number, for revisions in a row from the newest on, and the one `before` them all."""
    files = [_lines(one) for one in revisions] + [_lines(before) if before else Counter()]
    return {
        one.number: Size(added=(own - older).total(), removed=(older - own).total())
        for one, own, older in zip(revisions, files, files[1:], strict=False)
    }


def _lines(revision: GuideRevision) -> Counter[str]:
    return Counter(revision.file.splitlines())


def as_restored(guide: Guide, revision: GuideRevision) -> GuideDraft:
    """What the guide would be: the revision, but where it is found, its state and its next review
    are matters of today. Raises BadGuide where the file would not be read today.
    """
    draft = draft_of_revision(revision)
    return replace(
        draft, slug=guide.slug, state=guide.state, review_after=guide.review_after, places={}
    )


@transaction.atomic
def restore_revision(
    guide: Guide, revision: GuideRevision, *, by: AbstractBaseUser, seen: int
) -> Saved:
    """Save the revision's file as a new revision. `seen` is the newest that the person saw.

    Raises NewerRevision and BadGuide, and then changes nothing. A translation that was made from
    the restored revision knows the guide again.
    """
    index.lock()
    newest = guide.revisions.select_related("author").first()
    if newest is not None and newest.number != seen:
        raise NewerRevision(newest)
    note = _("Restored revision %(number)s") % {"number": revision.number}
    draft = as_restored(guide, revision)
    saved = save_guide(draft, by=by, source=GuideRevision.Source.ADMIN, note=note)
    if saved.changed:
        known = guide.translations.filter(of_revision=revision.number)
        known.update(of_revision=guide.revision_number)
    return saved
