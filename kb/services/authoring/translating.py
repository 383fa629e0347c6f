"""A translation edited beside its original: what the page shows, and what saving it means.

What is saved is a revision of the guide, made from the original's newest revision.
"""

import hashlib
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from kb import index, ingest
from kb.ingest import BadGuide, GuideDraft, TranslationDraft
from kb.models import Guide, GuideTranslation
from kb.services.authoring.translation_pairs import (
    Name,
    Pair,
    dropped_of,
    gone_of,
    heads_of,
    names_of,
    pairs_of,
)
from kb.services.guides.files import draft_of, translation_draft_of
from kb.services.guides.rules import translation_problems
from kb.services.guides.saving import record_edit


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """All that the page shows. `revision` is the original's; 0 for `of` means no translation yet.

    `mark` stands for what is stored of the translation, to tell whether somebody else saved.
    """

    guide: Guide
    language: str
    original: GuideDraft
    stored: TranslationDraft | None
    heads: tuple[Name, ...]
    pairs: tuple[Pair, ...]
    names: tuple[Name, ...]
    gone: tuple[str, ...]
    dropped: tuple[str, ...]
    of: int
    revision: int

    @property
    def is_behind(self) -> bool:
        return self.stored is not None and self.of < self.revision

    @property
    def mark(self) -> str:
        return mark_of(self.stored)

    @property
    def named(self) -> int:
        return sum(1 for name in self.names if name.translated)

    @property
    def changed(self) -> int:
        """How many of the original's texts moved on since the translation was made."""
        texts: list[Name | Pair] = [*self.heads, *self.pairs, *self.names]
        return sum(one.is_changed for one in texts)


class SavedMeanwhile(Exception):
    """Somebody else saved the translation, or the original moved on, after the page was loaded."""


def workbench(guide: Guide, language: str) -> Workbench:
    """Reads in a number of queries that does not grow with the guide."""
    original = draft_of(guide)
    translation = guide.translations.filter(language=language).select_related("guide").first()
    stored = translation_draft_of(translation) if translation else None
    before = _made_from(guide, translation)
    names = dict(stored.names) if stored else {}
    return Workbench(
        guide=guide,
        language=language,
        original=original,
        stored=stored,
        heads=tuple(heads_of(original, stored, before)),
        pairs=tuple(pairs_of(original, stored, before)),
        names=tuple(names_of(original, names, before)),
        gone=tuple(gone_of(original, names)),
        dropped=tuple(dropped_of(original, before)),
        of=translation.of_revision if translation else 0,
        revision=guide.revision_number,
    )


@transaction.atomic
def save_beside(
    guide: Guide,
    draft: TranslationDraft,
    *,
    by: AbstractBaseUser | None,
    began_from: tuple[int, str],
    note: str = "",
) -> None:
    """Store the translation as of the newest revision, as a revision of its own.

    `began_from` is the original's revision and the translation's mark when the page was loaded.
    Raises SavedMeanwhile when either is another by now, and BadGuide with every complaint.
    """
    index.lock()
    _refuse_overtaken(guide, draft.language, began_from)
    if complaints := translation_problems(draft, draft_of(guide)):
        raise BadGuide(complaints, draft=draft)
    row, _made = GuideTranslation.objects.update_or_create(
        guide=guide,
        language=draft.language,
        defaults={
            "title": draft.title,
            "summary": draft.summary,
            "body": draft.body,
            "names": {part: dict(words) for part, words in draft.names.items()},
        },
    )
    before = guide.revision_number
    record_edit(guide, by=by, note=note or _("Translation"), translated=True)
    # The original is the same, so whoever knew it still does.
    guide.translations.filter(of_revision=before).update(of_revision=guide.revision_number)
    GuideTranslation.objects.filter(pk=row.pk).update(of_revision=guide.revision_number)


@transaction.atomic
def call_up_to_date(guide: Guide, language: str, *, began_from: tuple[int, str]) -> None:
    """What changed in the original does not touch the translation. Raises SavedMeanwhile."""
    index.lock()
    _refuse_overtaken(guide, language, began_from)
    guide.translations.filter(language=language).update(of_revision=guide.revision_number)


def mark_of(stored: TranslationDraft | None) -> str:
    if stored is None:
        return ""
    return hashlib.sha256(ingest.dump(replace(stored, places={})).encode()).hexdigest()


def _refuse_overtaken(guide: Guide, language: str, began_from: tuple[int, str]) -> None:
    row = guide.translations.filter(language=language).select_related("guide").first()
    stored = translation_draft_of(row) if row else None
    if (guide.revision_number, mark_of(stored)) != began_from:
        raise SavedMeanwhile


def _made_from(guide: Guide, translation: GuideTranslation | None) -> GuideDraft | None:
    """The original when it was translated; None where that is not known."""
    if translation is None:
        return None
    revision = guide.revisions.filter(number=translation.of_revision).first()
    if revision is None:
        return None
    try:
        read = ingest.parse(revision.file)
    except BadGuide:
        return None
    return read if isinstance(read, GuideDraft) else None
