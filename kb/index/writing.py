"""Writing a guide's postings, in the transaction that saves the guide."""

from django.db import transaction

from kb.index.entries import entries
from kb.models import Guide, Posting

_BATCH = 2000


@transaction.atomic
def update(guide: Guide) -> None:
    """Write the guide's postings anew; only a published guide has any."""
    remove(guide)
    if guide.state == Guide.State.PUBLISHED:
        Posting.objects.bulk_create(_postings(guide), batch_size=_BATCH)


def remove(guide: Guide) -> None:
    Posting.objects.filter(guide=guide).delete()


def _postings(guide: Guide) -> list[Posting]:
    return [
        Posting(guide=guide, entry=entry, term=term, impact=impact)
        for (entry, term), impact in entries(guide).items()
    ]
