"""Importing files: what they would change and everything wrong with them, then all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from kb import index, ingest
from kb.ingest import BadGuide, Complaint, GuideDraft, TranslationDraft
from kb.ingest.complaints import gettext_noop
from kb.ingest.references import line_of
from kb.models import Guide, GuideTranslation, Service
from kb.services.guides.file_items import FileItem
from kb.services.guides.files import draft_of, translation_draft_of
from kb.services.guides.rules import guide_problems, translation_problems
from kb.services.guides.saving import Saved, index_saved, no_guide, store_guide, store_translation
from probes.engine.redact import redact

Draft = GuideDraft | TranslationDraft

_TWICE = gettext_noop("%(other)s holds this guide too")
_SECRET = gettext_noop("this line may hold a secret (%(sorts)s): keep it or replace it")
_REVIEW = gettext_noop("you may not publish, so this guide comes in for review")
_NEW_SERVICE = gettext_noop("the service %(name)s does not exist yet and will be created")


@dataclass(frozen=True, kw_only=True)
class FileComplaint:
    """A complaint with the file it is about. `template` and `values` let surfaces translate it."""

    file: str
    line: int
    field: str
    template: str
    values: Mapping[str, object]

    @property
    def message(self) -> str:
        return self.template % self.values if self.values else self.template

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.message}"


class ImportRefused(Exception):
    """Files that cannot be imported, with everything wrong in all of them."""

    def __init__(self, complaints: Sequence[FileComplaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(map(str, complaints)))


@dataclass(frozen=True, kw_only=True)
class ImportItem(FileItem[Draft]):
    """One file's guide or translation, and what importing it would change."""

    slug: str
    language: str
    title: str
    is_translation: bool

    def _written(self, draft: Draft) -> str:
        return ingest.dump(draft)


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """`complaints` refuse the whole import; `warnings` are for a person to read."""

    items: tuple[ImportItem, ...]
    complaints: tuple[FileComplaint, ...]
    warnings: tuple[FileComplaint, ...]

    @property
    def changes(self) -> tuple[ImportItem, ...]:
        return tuple(item for item in self.items if item.state != "unchanged")


def plan_import(
    files: Sequence[tuple[str, str | bytes]], *, may_publish: bool = True
) -> ImportPlan:
    """What importing these files would do. Nothing is stored.

    Whoever may not publish brings new guides in for review.
    """
    planner = _Planner(may_publish=may_publish)
    for name, content in files:
        planner.read(name, content)
    return planner.plan()


@transaction.atomic
def apply_import(
    plan: ImportPlan, *, by: AbstractBaseUser | None, source: str, note: str = ""
) -> list[Saved]:
    """Store the whole plan. Raises ImportRefused where it has complaints, and stores nothing."""
    if plan.complaints:
        raise ImportRefused(plan.complaints)
    index.lock()
    # Guides first: a translation's guide may come in the same import.
    ordered = sorted(plan.items, key=lambda item: item.is_translation)
    saved = [_store(item, by=by, source=source, note=note) for item in ordered]
    for one in {one.guide.pk: one for one in saved if one.changed}.values():
        index_saved(one)
    return saved


def _store(item: ImportItem, *, by: AbstractBaseUser | None, source: str, note: str) -> Saved:
    try:
        if isinstance(item.draft, TranslationDraft):
            return store_translation(item.draft, by=by)
        return store_guide(item.draft, by=by, source=source, note=note)
    except BadGuide as refused:
        # What the plan looked at has changed since: a probe is gone, a section renamed.
        raise ImportRefused([in_file(item.file, c) for c in refused.complaints]) from refused


class _Planner:
    """Files read so far. A file with complaints is still looked at as far as it was understood."""

    def __init__(self, *, may_publish: bool) -> None:
        self.may_publish = may_publish
        self.complaints: list[FileComplaint] = []
        self.warnings: list[FileComplaint] = []
        self.drafts: dict[tuple[str, str], tuple[str, Draft]] = {}

    def read(self, name: str, content: str | bytes) -> None:
        try:
            text = ingest.decode(content) if isinstance(content, bytes) else content
            draft: Draft | None = ingest.parse(text, filename=name)
        except BadGuide as refused:
            self._complain(name, refused.complaints)
            draft = refused.draft
        if draft is None:
            return
        self.warnings += secrets_in(name, text)
        if not self.may_publish and _would_publish(draft):
            draft = replace(draft, state="in_review")
            self.warnings.append(_warning(name, line_of(draft.places, "state"), _REVIEW))
        other, _draft = self.drafts.setdefault(_key(draft), (name, draft))
        if other != name:
            line = line_of(draft.places, "slug")
            values = {"other": other}
            self._complain(
                name, [Complaint(line=line, field="slug", template=_TWICE, values=values)]
            )

    def plan(self) -> ImportPlan:
        for name, draft in self.drafts.values():
            self._complain(name, self._problems(draft))
            self.warnings += _new_services(name, draft)
        return ImportPlan(
            items=tuple(self._items()) if not self.complaints else (),
            complaints=tuple(sorted(self.complaints, key=lambda c: (c.file, c.line, c.field))),
            warnings=tuple(sorted(self.warnings, key=lambda c: (c.file, c.line))),
        )

    def _complain(self, name: str, complaints: Sequence[Complaint]) -> None:
        self.complaints += [in_file(name, complaint) for complaint in complaints]

    def _problems(self, draft: Draft) -> list[Complaint]:
        if isinstance(draft, GuideDraft):
            return guide_problems(draft)
        guide = self._guide_of(draft)
        if guide is None:
            return [no_guide(draft)] if draft.translates else []
        return translation_problems(draft, guide)

    def _guide_of(self, draft: TranslationDraft) -> GuideDraft | None:
        """The guide as it will be: from the same import, else as it is stored."""
        for _name, other in self.drafts.values():
            if isinstance(other, GuideDraft) and other.slug == draft.translates:
                return other
        stored = Guide.objects.filter(slug=draft.translates).first()
        return draft_of(stored) if stored else None

    def _items(self) -> Iterator[ImportItem]:
        for name, draft in self.drafts.values():
            yield ImportItem(
                file=name,
                slug=draft.slug if isinstance(draft, GuideDraft) else draft.translates,
                language=draft.language,
                title=draft.title,
                is_translation=isinstance(draft, TranslationDraft),
                before=stored_draft(draft),
                draft=draft,
            )


def _would_publish(draft: Draft) -> TypeGuard[GuideDraft]:
    if not isinstance(draft, GuideDraft) or draft.state != Guide.State.PUBLISHED:
        return False
    return not Guide.objects.filter(slug=draft.slug, state=Guide.State.PUBLISHED).exists()


def _key(draft: Draft) -> tuple[str, str]:
    if isinstance(draft, GuideDraft):
        return draft.slug, ""
    return draft.translates, draft.language


def stored_draft(draft: Draft) -> Draft | None:
    """What is stored under the draft's name; nothing where it would be new."""
    if isinstance(draft, GuideDraft):
        guide = Guide.objects.filter(slug=draft.slug).first()
        return draft_of(guide) if guide else None
    translation = (
        GuideTranslation.objects.filter(guide__slug=draft.translates, language=draft.language)
        .select_related("guide")
        .first()
    )
    return translation_draft_of(translation) if translation else None


def secrets_in(name: str, text: str, *, said: str = _SECRET) -> Iterator[FileComplaint]:
    """A warning for each line that may hold a secret, for a person to decide."""
    # Line by line, to say where; a private key is masked as a whole, from its first line on.
    for number, line in enumerate(text.splitlines(), start=1):
        if counts := redact(line).counts:
            sorts = ", ".join(sorted(counts))
            yield _warning(name, number, said, sorts=sorts)


def _new_services(name: str, draft: Draft) -> Iterator[FileComplaint]:
    if not isinstance(draft, GuideDraft) or not draft.services:
        return
    known = set(Service.objects.filter(slug__in=draft.services).values_list("slug", flat=True))
    for slug in sorted(draft.services - known):
        yield _warning(name, line_of(draft.places, "services"), _NEW_SERVICE, name=slug)


def _warning(name: str, line: int, template: str, /, **values: object) -> FileComplaint:
    return FileComplaint(file=name, line=line, field="", template=template, values=values)


def in_file(name: str, complaint: Complaint) -> FileComplaint:
    return FileComplaint(
        file=name,
        line=complaint.line,
        field=complaint.field,
        template=complaint.template,
        values=complaint.values,
    )
