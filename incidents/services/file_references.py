"""What an incident's file names and the base must know: guides, causes, people, services."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.contrib.auth.models import User
from django.db.models import Model

from incidents.ingest import IncidentDraft
from incidents.models import Incident
from kb.ingest import GuideDraft
from kb.models import Cause, Guide, Resolution, Service

Kind = Literal["service", "guide", "cause", "resolution", "person", "incident"]
KINDS: Sequence[Kind] = ("service", "guide", "cause", "resolution", "person", "incident")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A name in a draft, and the field it stands in."""

    kind: Kind
    name: str
    path: str


def references(draft: IncidentDraft) -> list[Reference]:
    """Every name that leads out of the file, in the file's order."""
    return [one for one in _all(draft) if one.name]


def _all(draft: IncidentDraft) -> Iterator[Reference]:
    for slug in sorted(draft.services):
        yield Reference(kind="service", name=slug, path="services")
    for slug in sorted(draft.guides):
        yield Reference(kind="guide", name=slug, path="guides")
    yield Reference(kind="guide", name=draft.from_guide, path="from_guide")
    yield Reference(kind="person", name=draft.reporter, path="reporter")
    yield Reference(kind="person", name=draft.assignee, path="assignee")
    yield Reference(kind="incident", name=draft.merged_into, path="merged_into")
    yield Reference(kind="cause", name=draft.known_error, path="known_error")
    yield from _of_parts(draft)


def _of_parts(draft: IncidentDraft) -> Iterator[Reference]:
    for index, change in enumerate(draft.status_changes):
        yield Reference(kind="person", name=change.by, path=f"status_changes[{index}].by")
    for index, attempt in enumerate(draft.attempts):
        path = f"attempts[{index}]"
        yield Reference(kind="resolution", name=attempt.resolution, path=f"{path}.resolution")
        for cause in sorted(attempt.addresses):
            yield Reference(kind="cause", name=cause, path=f"{path}.addresses")
        yield Reference(kind="person", name=attempt.by, path=f"{path}.by")
    for index, note in enumerate(draft.notes):
        yield Reference(kind="person", name=note.author, path=f"notes[{index}].author")
    for index, item in enumerate(draft.action_items):
        path = f"action_items[{index}]"
        yield Reference(kind="person", name=item.owner, path=f"{path}.owner")
        yield Reference(kind="person", name=item.done_by, path=f"{path}.done_by")
    if end := draft.conclusion:
        yield Reference(kind="cause", name=end.cause, path="conclusion.cause")
        yield Reference(kind="resolution", name=end.resolution, path="conclusion.resolution")
        yield Reference(kind="person", name=end.by, path="conclusion.by")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The rows that drafts name, by kind and name."""

    services: Mapping[str, Service] = field(default_factory=dict)
    guides: Mapping[str, Guide] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict)
    resolutions: Mapping[str, Resolution] = field(default_factory=dict)
    people: Mapping[str, User] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)

    def of(self, kind: Kind) -> Mapping[str, Model]:
        rows: Mapping[Kind, Mapping[str, Model]] = {
            "service": self.services,
            "guide": self.guides,
            "cause": self.causes,
            "resolution": self.resolutions,
            "person": self.people,
            "incident": self.incidents,
        }
        return rows[kind]


def look_up(drafts: Iterable[IncidentDraft]) -> Known:
    """What the base knows of all that the drafts name, in a fixed number of queries."""
    named: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    for draft in drafts:
        for reference in references(draft):
            named[reference.kind].add(reference.name)
    return Known(
        services=Service.objects.in_bulk(named["service"], field_name="slug"),
        guides=Guide.objects.in_bulk(named["guide"], field_name="slug"),
        causes=_causes(named["cause"]),
        resolutions=_resolutions(named["resolution"]),
        people=User.objects.in_bulk(named["person"], field_name="username"),
        incidents=Incident.objects.in_bulk(named["incident"], field_name="public_id"),
    )


def _causes(keys: set[str]) -> dict[str, Cause]:
    guides = {key.partition("/")[0] for key in keys}
    found = Cause.objects.filter(guide__slug__in=guides).select_related("guide")
    return {cause.key: cause for cause in found}


def _resolutions(keys: set[str]) -> dict[str, Resolution]:
    guides = {key.partition("/")[0] for key in keys}
    found = Resolution.objects.filter(cause__guide__slug__in=guides)
    return {
        f"{resolution.cause.key}/{resolution.slug}": resolution
        for resolution in found.select_related("cause__guide")
    }


def names_of(guides: Iterable[GuideDraft]) -> set[tuple[Kind, str]]:
    """What guides that come in the same import will add."""
    names: set[tuple[Kind, str]] = set()
    for guide in guides:
        names.add(("guide", guide.slug))
        for cause in guide.causes:
            key = f"{guide.slug}/{cause.slug}"
            names.add(("cause", key))
            names.update(("resolution", f"{key}/{one.slug}") for one in cause.resolutions)
    return names
