"""Workers, agents, servers and databases die in the middle of a real queue: nothing is lost, nothing is twice.

Small here; `manage.py measure_crashes` is the same with 10,000 items and the product's own lease.
"""

import pytest

from config.crashes.cluster import NoPostgres
from config.crashes.trials import TRIALS, Outcome, Size

SMALL = Size(items=1000, batch=50, lease_s=3, patience_s=60)


@pytest.mark.lab
@pytest.mark.parametrize("trial", TRIALS)
def test_a_crash_in_the_middle_of_the_queue_loses_and_doubles_nothing(trial: str) -> None:
    try:
        outcome = TRIALS[trial](SMALL)
    except NoPostgres as missing:
        pytest.skip(str(missing))

    assert outcome.waiting > 0, "it broke too late to tell anything"
    assert (outcome.items, outcome.lost, outcome.twice, outcome.unknown) == (1000, 0, 0, 0)
    assert (outcome.workers_died, outcome.failed_requests, outcome.locked) == (0, 0, 0)
    assert (outcome.requests > 0) == (trial == "sqlite")
    # What had its run when it broke is never looked at again.
    assert 0 <= outcome.looked_again <= outcome.waiting
    assert outcome.is_good


@pytest.mark.parametrize(
    "wrong",
    [
        {"lost": 1},
        {"twice": 1},
        {"unknown": 1},
        {"workers_died": 1},
        {"failed_requests": 1},
        {"locked": 1},
        {"waiting": 0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_one_item_that_is_wrong_is_enough(wrong: dict[str, int]) -> None:
    good = dict.fromkeys(
        ("lost", "twice", "unknown", "workers_died", "failed_requests", "locked", "requests"), 0
    ) | {"trial": "kill", "items": 10, "waiting": 5, "looked_again": 5, "tried_again": 1}

    assert Outcome(**good, seconds=1.0).is_good
    assert not Outcome(**good | wrong, seconds=1.0).is_good
