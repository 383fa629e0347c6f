"""What a look at a guide of the review queue decides."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kb import index
from kb.models import Attempt, Guide, GuideReview
from kb.services.guides.people import Person, person
from kb.services.guides.saving import record_edit

# Found still valid, a guide is due again after this.
VALID_FOR = timedelta(days=90)


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
