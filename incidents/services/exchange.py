"""The whole base as files, out and in: guides, translations, incidents, and the probes they use."""

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from incidents.ingest import dump
from incidents.models import Incident
from incidents.services.file_imports import (
    IncidentItem,
    IncidentPlan,
    apply_incident_import,
    plan_incident_import,
)
from incidents.services.files import drafts_of
from kb import ingest
from kb.ingest import BadGuide, GuideDraft
from kb.models import Guide, GuideRevision
from kb.services.guides.files import file_of, translation_draft_of
from kb.services.guides.imports import (
    FileComplaint,
    ImportItem,
    ImportPlan,
    ImportRefused,
    apply_import,
    plan_import,
)

# What `sha256sum -c` reads: whoever keeps the folder sees at once what was touched since.
MANIFEST = "MANIFEST.sha256"
File = tuple[str, str | bytes]
Plan = TypeVar("Plan", ImportPlan, IncidentPlan)
_MANIFEST_LINE = re.compile(
    r"([0-9a-f]{64}) [ *]((?:guides|incidents)/[-A-Za-z0-9_]+(?:\.[a-z]+)*\.md|probes\.yaml)"
)
_INCIDENT = re.compile(r"^incident[ \t]*:", re.MULTILINE)
_END_OF_FRONT = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


def guide_files(guides: QuerySet[Guide]) -> Iterator[tuple[str, str]]:
    """Path and text of each guide and each of its translations."""
    for guide in guides.prefetch_related("translations").order_by("slug"):
        yield f"guides/{guide.slug}.{guide.language}.md", file_of(guide)
        for translation in sorted(guide.translations.all(), key=lambda one: one.language):
            path = f"guides/{guide.slug}.{translation.language}.md"
            yield path, ingest.dump(translation_draft_of(translation))


def incident_files(incidents: QuerySet[Incident]) -> Iterator[tuple[str, str]]:
    for draft in drafts_of(incidents.order_by("started_at", "public_id")):
        yield f"incidents/{draft.incident}.md", dump(draft)


def manifest_of(files: Mapping[str, str]) -> str:
    return "".join(f"{sha256_of(files[path])}  {path}\n" for path in sorted(files))


def read_manifest(text: str) -> dict[str, str]:
    """Digest by path, of those that an export writes: a manifest never names a file elsewhere."""
    lines = (_MANIFEST_LINE.fullmatch(line) for line in text.splitlines())
    return {match[2]: match[1] for match in lines if match}


def sha256_of(content: str | bytes) -> str:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What importing a folder would do. `kept` were changed here only, `conflicts` on both sides."""

    guides: ImportPlan
    incidents: IncidentPlan
    kept: frozenset[str]
    conflicts: frozenset[str]

    @property
    def items(self) -> tuple[ImportItem | IncidentItem, ...]:
        return (*self.guides.items, *self.incidents.items)

    @property
    def complaints(self) -> tuple[FileComplaint, ...]:
        return (*self.guides.complaints, *self.incidents.complaints)

    @property
    def warnings(self) -> tuple[FileComplaint, ...]:
        return (*self.guides.warnings, *self.incidents.warnings)

    @property
    def changes(self) -> list[ImportItem | IncidentItem]:
        """What would be stored; conflicts among it, for whoever decides to overwrite."""
        wanted = (item for item in self.items if item.state != "unchanged")
        return [item for item in wanted if item.file not in self.kept]

    def state(self, item: ImportItem | IncidentItem) -> str:
        """created, changed, unchanged, kept or conflict."""
        if item.file in self.conflicts:
            return "conflict"
        return "kept" if item.file in self.kept else item.state


def plan_exchange(
    files: Sequence[File], *, manifest: str = "", create_people: bool = False
) -> Exchange:
    """What importing these files would do. Nothing is stored.

    `manifest` says how the files were when they were exported: with it, what changed only here
    is kept, and what changed on both sides is a conflict.
    """
    guides = [file for file in files if not _is_incident(file[1])]
    plan = plan_import(guides)
    incidents = plan_incident_import(
        [file for file in files if _is_incident(file[1])],
        guides=[draft for file in guides if (draft := _guide_draft(*file))],
        create_people=create_people,
    )
    sides = _Sides(files=dict(files), exported=read_manifest(manifest))
    items: tuple[ImportItem | IncidentItem, ...] = (*plan.items, *incidents.items)
    changed = [item for item in items if item.state == "changed"]
    return Exchange(
        guides=plan,
        incidents=incidents,
        kept=frozenset(item.file for item in changed if sides.changed_here_only(item)),
        conflicts=frozenset(item.file for item in changed if sides.changed_on_both(item)),
    )


@transaction.atomic
def apply_exchange(plan: Exchange, *, by: AbstractBaseUser | None) -> int:
    """Store the changes, all or none; how many files they were. Raises ImportRefused.

    Conflicts are stored too: whoever calls this has decided for the files.
    """
    if plan.complaints:
        raise ImportRefused(plan.complaints)
    changes = {item.file for item in plan.changes}
    guides = _only(plan.guides, changes)
    apply_import(guides, by=by, source=GuideRevision.Source.IMPORT)
    apply_incident_import(_only(plan.incidents, changes))
    return len(changes)


def _only(plan: Plan, files: set[str]) -> Plan:
    items: Any = tuple(item for item in plan.items if item.file in files)
    return dataclasses.replace(plan, items=items)


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Three states of each file: as exported, as it is in the folder, as it is stored."""

    files: Mapping[str, str | bytes]
    exported: Mapping[str, str]

    def changed_here_only(self, item: ImportItem | IncidentItem) -> bool:
        exported = self.exported.get(item.file)
        return exported is not None and exported == sha256_of(self.files[item.file])

    def changed_on_both(self, item: ImportItem | IncidentItem) -> bool:
        exported = self.exported.get(item.file)
        if exported is None or self.changed_here_only(item):
            return False
        return exported != sha256_of(_stored(item))


def _stored(item: ImportItem | IncidentItem) -> str:
    if isinstance(item, IncidentItem):
        return dump(item.before) if item.before else ""
    return ingest.dump(item.before) if item.before else ""


def _is_incident(content: str | bytes) -> bool:
    """The front matter has the key that only incidents have."""
    text = content if isinstance(content, str) else content.decode("utf-8-sig", "replace")
    if not text.startswith("---"):
        return False
    end = _END_OF_FRONT.search(text, 3)
    return _INCIDENT.search(text, 3, end.start() if end else len(text)) is not None


def _guide_draft(name: str, content: str | bytes) -> GuideDraft | None:
    """As far as it can be understood: its own complaints are the guides' plan's."""
    try:
        text = ingest.decode(content) if isinstance(content, bytes) else content
        draft = ingest.parse(text, filename=name)
    except BadGuide as refused:
        return refused.draft if isinstance(refused.draft, GuideDraft) else None
    return draft if isinstance(draft, GuideDraft) else None
