"""The review queue: which guides someone should look at, and what a look decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kb import index
from kb.models import Attempt, Guide, GuideReview, Service
from kb.services.guide_saving import record_edit
from kb.services.health import KINDS, Health, health_of
from kb.services.people import Person, person

# Found still valid, a guide is due again after this.
VALID_FOR = timedelta(days=90)

_REVIEWED = (Guide.State.PUBLISHED, Guide.State.IN_REVIEW)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Guides with a reason, the worst first. The choices are those of the whole queue.

    `next_due` is the nearest review of a guide without a reason. `looked_at` counts the guides
    that are kept under review.
    """

    rows: tuple[Health, ...]
    kinds: tuple[tuple[str, str], ...]
    services: tuple[Service, ...]
    owners: tuple[User, ...]
    total: int
    looked_at: int
    next_due: date | None


def review_queue(*, reason: str = "", service: str = "", owner: str = "") -> Queue:
    """The queue, narrowed by a kind of reason, a service's slug, an owner's name."""
    guides = Guide.objects.filter(state__in=_REVIEWED).select_related("owner")
    found = health_of(list(guides.prefetch_related("translations", "services")))
    rows = sorted((one for one in found if one.reasons), key=lambda one: one.order)
    codes = {reason.code for one in rows for reason in one.reasons}
    return Queue(
        rows=tuple(one for one in rows if _fits(one, reason, service, owner)),
        kinds=tuple((code, str(words)) for code, words in KINDS.items() if code in codes),
        services=_services(rows),
        owners=_owners(rows),
        total=len(rows),
        looked_at=len(found),
        next_due=min(_due(one for one in found if not one.reasons), default=None),
    )


@transaction.atomic
def still_valid(guide: Guide, *, by: Person, note: str = "") -> GuideReview:
    """Someone looked and found it right: due again after `VALID_FOR`, kept in its history.

    Raises BadGuide where the guide no longer fits the rest of the base; then nothing is stored.
    """
    index.lock()
    before = guide.revision_number
    due = timezone.now().date() + VALID_FOR
    Guide.objects.filter(pk=guide.pk).update(review_after=due)
    guide.review_after = due
    record_edit(guide, by=person(by), note=_("Reviewed: still valid"))
    # Only the date is new, so a translation that knew the guide still does.
    guide.translations.filter(of_revision=before).update(of_revision=guide.revision_number)
    return guide.reviews.create(
        by=person(by), note=note[:200], next_review=due, newest_attempt=_newest_attempt()
    )


def _newest_attempt() -> int:
    return int(Attempt.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def give_to(guide: Guide, owner: User | None) -> None:
    """Who keeps it is no part of its text: no revision is written."""
    Guide.objects.filter(pk=guide.pk).update(owner=owner)
    guide.owner = owner


@transaction.atomic
def set_review(guide: Guide, *, due: date, by: Person) -> None:
    """Due on another day, without saying that it is right. Raises BadGuide."""
    index.lock()
    before = guide.revision_number
    Guide.objects.filter(pk=guide.pk).update(review_after=due)
    guide.review_after = due
    record_edit(guide, by=person(by), note=_("Another day for its review"))
    guide.translations.filter(of_revision=before).update(of_revision=guide.revision_number)


@transaction.atomic
def archive(guide: Guide, *, by: Person) -> None:
    """Nobody is led to it any more; nothing of it is deleted. Raises BadGuide."""
    index.lock()
    before = guide.revision_number
    Guide.objects.filter(pk=guide.pk).update(state=Guide.State.ARCHIVED)
    guide.state = Guide.State.ARCHIVED
    record_edit(guide, by=person(by), note=_("Archived from the review queue"))
    guide.translations.filter(of_revision=before).update(of_revision=guide.revision_number)


def possible_owners() -> list[User]:
    """Who may write guides, by name."""
    may = User.objects.with_perm(
        "kb.change_guide", backend="django.contrib.auth.backends.ModelBackend"
    )
    return list(may.order_by("username"))


def last_review(guide: Guide) -> GuideReview | None:
    return guide.reviews.select_related("by").first()


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
