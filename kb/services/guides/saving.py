"""Saving guides: rows, revision and index in one transaction."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from kb import index, ingest
from kb.ingest import BadGuide, GuideDraft, TranslationDraft
from kb.ingest.complaints import Complaint, gettext_noop
from kb.ingest.references import line_of
from kb.models import Guide, GuideRevision, GuideTranslation
from kb.services.guides.files import draft_of, file_of, translation_draft_of
from kb.services.guides.rows import write_guide
from kb.services.guides.rules import guide_problems, translation_problems
from kb.services.guides.schedules import schedule_checks

_NO_GUIDE = gettext_noop("there is no guide %(name)s")


@dataclass(frozen=True, kw_only=True)
class Saved:
    guide: Guide
    created: bool
    changed: bool


@transaction.atomic
def save_guide(
    draft: GuideDraft, *, by: AbstractBaseUser | None, source: str, note: str = ""
) -> Saved:
    """Create the guide or bring its rows to what the draft says. Raises BadGuide."""
    index.lock()
    saved = store_guide(draft, by=by, source=source, note=note)
    return index_saved(saved)


@transaction.atomic
def save_translation(draft: TranslationDraft, *, by: AbstractBaseUser | None) -> Saved:
    """Create or change a guide's translation. Raises BadGuide."""
    index.lock()
    return index_saved(store_translation(draft, by=by))


def index_saved(saved: Saved) -> Saved:
    """Bring the index to what changed."""
    if saved.changed:
        index.update(saved.guide)
    return saved


def store_guide(draft: GuideDraft, *, by: AbstractBaseUser | None, source: str, note: str) -> Saved:
    """`save_guide` without the index: an import writes that once per guide, at its end."""
    if complaints := guide_problems(draft):
        raise BadGuide(complaints, draft=draft)
    guide = Guide.objects.select_for_update().filter(slug=draft.slug).first()
    if guide is not None and draft_of(guide) == draft:
        return Saved(guide=guide, created=False, changed=False)
    created = guide is None
    guide = guide or Guide(slug=draft.slug, owner=_person(by))
    write_guide(guide, draft)
    schedule_checks(guide)
    _add_revision(guide, by=by, source=source, note=note)
    return Saved(guide=guide, created=created, changed=True)


def store_translation(draft: TranslationDraft, *, by: AbstractBaseUser | None) -> Saved:
    """`save_translation` without the index."""
    guide = Guide.objects.select_for_update().filter(slug=draft.translates).first()
    if guide is None:
        raise BadGuide([no_guide(draft)], draft=draft)
    if complaints := translation_problems(draft, draft_of(guide)):
        raise BadGuide(complaints, draft=draft)
    stored = guide.translations.filter(language=draft.language).first()
    if stored is not None and translation_draft_of(stored) == draft:
        return Saved(guide=guide, created=False, changed=False)
    _write_translation(stored or GuideTranslation(guide=guide, language=draft.language), draft)
    return Saved(guide=guide, created=stored is None, changed=True)


@transaction.atomic
def record_edit(
    guide: Guide,
    *,
    by: AbstractBaseUser | None,
    source: str = GuideRevision.Source.ADMIN,
    note: str = "",
    translated: bool = False,
) -> Saved:
    """Check rows that were changed one by one, then write the revision and the index.

    `translated` says that a translation changed, which the guide's own file does not show.
    Raises BadGuide; the caller's transaction must then be rolled back.
    """
    index.lock()
    draft = draft_of(guide)
    read_again = ingest.parse(ingest.dump(draft))
    assert isinstance(read_again, GuideDraft)
    # A translation may lag behind the guide; whoever edits it must make it fit.
    others = _translations_problems(guide, draft) if translated else []
    if complaints := [*guide_problems(draft), *others]:
        raise BadGuide(complaints, draft=draft)
    changed = _newest_sha(guide) != _sha(ingest.dump(draft)) or translated
    if changed:
        _add_revision(guide, by=by, source=source, note=note)
    # Also without a new revision: rows may have been written behind the file's back.
    schedule_checks(Guide.objects.get(pk=guide.pk))
    index.update(guide)
    return Saved(guide=guide, created=False, changed=changed)


@transaction.atomic
def publish_guide(guide: Guide, *, by: AbstractBaseUser) -> Saved:
    """Make the guide one that searches find. Raises BadGuide and publishes nothing."""
    index.lock()
    Guide.objects.filter(pk=guide.pk).update(state=Guide.State.PUBLISHED)
    return record_edit(guide, by=by)


def no_guide(draft: TranslationDraft) -> Complaint:
    return Complaint(
        line=line_of(draft.places, "translates"),
        field="translates",
        template=_NO_GUIDE,
        values={"name": draft.translates},
    )


def _write_translation(translation: GuideTranslation, draft: TranslationDraft) -> None:
    translation.title, translation.summary = draft.title, draft.summary
    translation.body = draft.body
    translation.names = {part: dict(names) for part, names in draft.names.items()}
    translation.of_revision = translation.guide.revision_number
    translation.save()


def _translations_problems(guide: Guide, draft: GuideDraft) -> list[Complaint]:
    return [
        complaint
        for translation in guide.translations.select_related("guide").all()
        for complaint in translation_problems(translation_draft_of(translation), draft)
    ]


def _add_revision(guide: Guide, *, by: AbstractBaseUser | None, source: str, note: str) -> None:
    file = file_of(guide)
    newest = guide.revisions.aggregate(newest=Max("number"))["newest"] or 0
    GuideRevision.objects.create(
        guide=guide,
        number=newest + 1,
        author=_person(by),
        note=note[:200],
        source=source,
        file=file,
        sha256=_sha(file),
    )


def _newest_sha(guide: Guide) -> str:
    newest = guide.revisions.order_by("-number").first()
    return newest.sha256 if newest else ""


def _sha(file: str) -> str:
    return hashlib.sha256(file.encode()).hexdigest()


def _person(by: AbstractBaseUser | None) -> Any:
    return by if by is not None and by.is_authenticated else None
