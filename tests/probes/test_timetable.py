"""When a schedule runs: intervals, cron in a time zone, clocks that change, times that were missed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from probes.timetable import BadTimetable, Timetable, read_timetable

NOON = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "timetable"),
    [
        ("every 30s", Timetable(every_s=30)),
        ("every 5m", Timetable(every_s=300)),
        ("every  2 h", Timetable(every_s=7200)),
        ("every 1d", Timetable(every_s=86_400)),
        ("*/10 9-18 * * MON-FRI", Timetable(cron="*/10 9-18 * * MON-FRI", time_zone="UTC")),
        ("0 9 * * * Asia/Seoul", Timetable(cron="0 9 * * *", time_zone="Asia/Seoul")),
    ],
)
def test_timetable_is_read_and_written_the_same(text: str, timetable: Timetable) -> None:
    assert read_timetable(text) == timetable
    assert read_timetable(str(timetable)) == timetable


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "five cron fields"),
        ("hourly", "five cron fields"),
        ("every day", "every 5m"),
        ("every 1s", "10 seconds"),
        ("every 400d", "366 days"),
        ("61 * * * *", "Bad minute"),
        ("* * * *", "five cron fields"),
        ("0 0 31 2 *", "Bad day-of-month"),
        ("* * * * * * *", "five cron fields"),
        ("0 9 * * * Mars/Olympus", "Mars/Olympus"),
        ("0 9 * * * ../../etc/passwd", "time zone"),
        ("0 9 * * * Europe", "time zone"),
    ],
)
def test_what_is_no_timetable_is_refused_with_what_to_write(text: str, says: str) -> None:
    with translation.override("en"), pytest.raises(BadTimetable, match=says):
        read_timetable(text)


def test_six_cron_fields_with_seconds_are_not_taken() -> None:
    with pytest.raises(BadTimetable):
        Timetable(cron="0 0 9 * * *").check()


def test_first_time_of_an_interval_is_soon_and_the_next_keep_its_beat() -> None:
    timetable = Timetable(every_s=300)

    first = timetable.after(NOON, last=None, offset_s=7)
    second = timetable.after(first + timedelta(seconds=2), last=first, offset_s=7)

    assert first == NOON + timedelta(seconds=7)
    assert second == first + timedelta(seconds=300)


def test_missed_times_of_an_interval_are_skipped_without_losing_its_beat() -> None:
    timetable = Timetable(every_s=300)

    following = timetable.after(NOON + timedelta(hours=5, seconds=1), last=NOON, offset_s=0)

    assert following == NOON + timedelta(hours=5, minutes=5)


def test_time_that_is_exactly_now_is_over() -> None:
    assert Timetable(every_s=60).after(NOON, last=NOON, offset_s=0) == NOON + timedelta(minutes=1)
    assert Timetable(cron="0 12 * * *").after(NOON, last=NOON, offset_s=0) == NOON + timedelta(
        days=1
    )


def test_cron_follows_its_own_zone() -> None:
    seoul = Timetable(cron="0 9 * * *", time_zone="Asia/Seoul")

    assert seoul.after(NOON, last=None, offset_s=0) == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


def test_cron_time_is_moved_by_its_offset_and_never_comes_twice() -> None:
    hourly = Timetable(cron="0 * * * *")

    first = hourly.after(NOON, last=None, offset_s=90)
    second = hourly.after(first, last=first, offset_s=90)

    assert first == NOON + timedelta(seconds=90)
    assert second == first + timedelta(hours=1)


def test_time_that_spring_leaves_out_comes_right_after_the_gap() -> None:
    nightly = Timetable(cron="30 2 * * *", time_zone="Europe/Berlin")
    eve = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)

    # 02:30 does not exist on 29 March 2026: clocks go from 02:00 CET to 03:00 CEST (01:00 UTC).
    first = nightly.after(eve, last=None, offset_s=0)
    second = nightly.after(first, last=first, offset_s=0)

    assert first == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert second == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_time_that_autumn_repeats_comes_once() -> None:
    nightly = Timetable(cron="30 2 * * *", time_zone="Europe/Berlin")
    eve = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)

    first = nightly.after(eve, last=None, offset_s=0)
    second = nightly.after(first, last=first, offset_s=0)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_times_every_few_minutes_go_on_through_both_hours_of_autumn() -> None:
    often = Timetable(cron="*/30 * * * *", time_zone="Europe/Berlin")
    times, at = [], datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    for _number in range(4):
        at = often.after(at, last=at, offset_s=0)
        times.append(at)

    assert [(each.hour, each.minute) for each in times] == [(0, 30), (1, 0), (1, 30), (2, 0)]


def test_interval_is_said_in_words() -> None:
    with translation.override("en"):
        assert Timetable(every_s=60).words == "every minute"
        assert Timetable(every_s=5400).words == "every 90 minutes"
        assert Timetable(cron="0 9 * * *", time_zone="Asia/Seoul").words == "0 9 * * * Asia/Seoul"
