"""Several batches claimed and recorded at once: each is still its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from probes import services
from probes.models import Batch, Run
from tests.probes.factories import make_batch, result

pytestmark = pytest.mark.django_db

EXPIRED = timedelta(seconds=-1)


def claim_several(room: int, **kwargs: Any) -> list[services.Claim]:
    location = services.server_location()
    return services.claim_several(location=location, runner="one", room=room, **kwargs)


def answers(claimed: services.Claim) -> services.Answer:
    return claimed, {item.item_id: result() for item in claimed.items}


def test_oldest_batches_that_have_room_are_claimed_together() -> None:
    batches = [make_batch(8000, 8001), make_batch(8002), make_batch(8003)]

    taken = claim_several(3, most_each=25)

    assert [claimed.batch_id for claimed in taken] == [batch.pk for batch in batches[:2]]
    assert [len(claimed.items) for claimed in taken] == [2, 1]
    assert set(Batch.objects.values_list("state", "epoch", "tries")) == {
        ("leased", 1, 1),
        ("ready", 0, 0),
    }


def test_batch_larger_than_the_room_is_claimed_all_the_same() -> None:
    batch = make_batch(8000, 8001, 8002)
    make_batch(8003)

    assert [claimed.batch_id for claimed in claim_several(2, most_each=25)] == [batch.pk]


def test_batch_needs_no_more_room_than_it_uses_at_once() -> None:
    make_batch(8000, 8001, 8002)
    make_batch(8003)

    assert len(claim_several(3, most_each=2)) == 2


def test_several_batches_are_recorded_together_and_each_answers_for_itself() -> None:
    for port in (8000, 8001, 8002):
        make_batch(port)
    lost = claim_several(1, lease=EXPIRED)[0]
    taken, open_one, other = claim_several(9)
    make_batch(8003, 8004)
    half = claim_several(9)[0]

    recorded = services.record_all(
        [
            answers(lost),
            answers(taken),
            (open_one, {other.items[0].item_id: result()}),
            (half, {half.items[0].item_id: result()}),
        ]
    )

    assert [(each.is_held, each.is_done) for each in recorded] == [
        (False, True),
        (True, True),
        (True, False),
        (True, False),
    ]
    assert [len(each.stored) for each in recorded] == [0, 1, 0, 1]
    assert recorded[2].refused == (other.items[0].item_id,)
    assert Run.objects.count() == 2


def test_same_answers_again_are_repeated_for_every_batch() -> None:
    for port in (8000, 8001):
        make_batch(port)
    given = [answers(claimed) for claimed in claim_several(9)]
    services.record_all(given)

    again = services.record_all(given)

    assert [(each.is_done, len(each.repeated), each.refused) for each in again] == [
        (True, 1, ())
    ] * 2
    assert Run.objects.count() == 2


def test_queries_do_not_grow_with_batches() -> None:
    counted = []
    for number in (1, 12):
        for _ in range(number):
            make_batch(8000)
        with CaptureQueriesContext(connection) as queries:
            services.record_all([answers(claimed) for claimed in claim_several(12)])
        counted.append(len(queries))

    assert counted[0] == counted[1]
