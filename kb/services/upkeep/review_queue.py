"""The review queue: which guides someone should look at, the worst first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import overload

from django.contrib.auth.models import User
from django.db.models import Min, QuerySet

from kb.models import GuideHealth, Service
from kb.services.upkeep.health import KINDS, Health, health_of
from kb.services.upkeep.kept_health import is_large, kept, look_at, look_at_changed, reviewed


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Guides with a reason, the worst first. The choices are those of the whole queue.

    `next_due` is the nearest review of a guide without a reason. `looked_at` counts the guides
    that are kept under review. In a large base what is listed may be as old as `as_of`, and
    `unseen` guides were not looked at yet; the reasons that a row says are those of now.
    """

    rows: Sequence[Health]
    kinds: tuple[tuple[str, str], ...]
    services: tuple[Service, ...]
    owners: tuple[User, ...]
    total: int
    looked_at: int
    next_due: date | None
    as_of: datetime | None = None
    unseen: int = 0


def review_queue(*, reason: str = "", service: str = "", owner: str = "") -> Queue:
    """The queue, narrowed by a kind of reason, a service's slug, an owner's name.

    The guides of a small base are all looked at; in a large one what was found last is read, and
    the guides of the rows that are read are looked at anew.
    """
    if is_large():
        return _as_kept(reason, service, owner)
    return _as_of_now(reason, service, owner)


def count_queue() -> int:
    """How many guides have a reason."""
    if not is_large():
        return _as_of_now("", "", "").total
    look_at_changed()
    return kept().count()


def _as_of_now(reason: str, service: str, owner: str) -> Queue:
    guides = reviewed().select_related("owner")
    found = health_of(list(guides.prefetch_related("translations", "services")))
    rows = sorted((one for one in found if one.reasons), key=lambda one: one.order)
    return Queue(
        rows=tuple(one for one in rows if _fits(one, reason, service, owner)),
        kinds=_kinds({reason.code for one in rows for reason in one.reasons}),
        services=_services(rows),
        owners=_owners(rows),
        total=len(rows),
        looked_at=len(found),
        next_due=min(_due(one for one in found if not one.reasons), default=None),
    )


def _as_kept(reason: str, service: str, owner: str) -> Queue:
    look_at_changed()
    everything = kept()
    narrowed = kept(reason=reason, service=service, owner=owner)
    guides = everything.order_by().values("pk")
    fine = reviewed().filter(kept_health__reasons=0)
    return Queue(
        rows=Rows(list(narrowed.values_list("pk", flat=True))),
        kinds=_kinds(_codes(everything)),
        services=tuple(Service.objects.filter(guide__in=guides).distinct().order_by("slug")),
        owners=tuple(User.objects.filter(guide__in=guides).distinct().order_by("username")),
        total=everything.count(),
        looked_at=reviewed().count(),
        next_due=fine.aggregate(due=Min("review_after"))["due"],
        as_of=GuideHealth.objects.filter(guide__in=reviewed()).aggregate(at=Min("looked_at"))["at"],
        unseen=reviewed().filter(kept_health=None).count(),
    )


class Rows(Sequence[Health]):
    """The guides of a long queue by id. Whatever is read of it is looked at anew.

    One whose last reason is gone meanwhile is left out of what is read.
    """

    def __init__(self, guides: Sequence[int]) -> None:
        self._guides = guides

    def __len__(self) -> int:
        return len(self._guides)

    @overload
    def __getitem__(self, place: int) -> Health: ...
    @overload
    def __getitem__(self, place: slice) -> list[Health]: ...
    def __getitem__(self, place: int | slice) -> Health | list[Health]:
        if isinstance(place, int):
            return look_at([self._guides[place]])[0]
        return [one for one in look_at(self._guides[place]) if one.reasons]

    def __iter__(self) -> Iterator[Health]:
        return iter(self[:])


def _kinds(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    known = set(codes)
    return tuple((code, str(words)) for code, words in KINDS.items() if code in known)


def _codes(rows: QuerySet[GuideHealth]) -> set[str]:
    """Far fewer mixtures of reasons than guides."""
    mixtures = rows.order_by().values_list("codes", flat=True).distinct()
    return {code for mixture in mixtures for code in mixture.split()}


def _fits(one: Health, reason: str, service: str, owner: str) -> bool:
    is_kind = not reason or any(each.code == reason for each in one.reasons)
    is_about = not service or any(each.slug == service for each in one.guide.services.all())
    keeper = one.guide.owner.get_username() if one.guide.owner else ""
    return is_kind and is_about and (not owner or keeper == owner)


def _services(rows: Iterable[Health]) -> tuple[Service, ...]:
    by_slug = {service.slug: service for one in rows for service in one.guide.services.all()}
    return tuple(by_slug[slug] for slug in sorted(by_slug))


def _owners(rows: Iterable[Health]) -> tuple[User, ...]:
    by_name = {one.guide.owner.get_username(): one.guide.owner for one in rows if one.guide.owner}
    return tuple(by_name[name] for name in sorted(by_name))


def _due(healthy: Iterable[Health]) -> Sequence[date]:
    return [one.guide.review_after for one in healthy if one.guide.review_after is not None]
