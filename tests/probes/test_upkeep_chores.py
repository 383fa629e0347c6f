"""What a worker does beside its work, now and then."""

from probes.services import Upkeep, upkeep


def test_chore_is_done_once_in_its_time_and_not_at_the_start(monkeypatch) -> None:
    done, now = [], [0.0]
    monkeypatch.setattr(upkeep, "_CHORES", {lambda: done.append(now[0]): 15.0})
    keeper = Upkeep(clock=lambda: now[0])

    for second in (0.0, 5.0, 15.0, 16.0, 31.0):
        now[0] = second
        keeper.chores_when_due()

    assert done == [15.0, 31.0]
