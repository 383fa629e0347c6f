"""The last runs of many probes, what they come to, and months counted by the hour."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from probes import services
from probes.engine.spec import Status
from probes.evaluation.many_runs import seed_runs
from probes.models import Batch, Probe, Run, Schedule, ScheduleHour
from probes.services.histories import Glimpse, Tally, last_runs, latency_of
from probes.services.run_difference import difference, last_good_run
from probes.services.windows import windows_of_runs, windows_of_schedules
from tests.probes.factories import claim, make_batch, make_schedule, result


def glimpse(status: str = "OK", *, ago: timedelta = timedelta(0), elapsed_s: float = 0.01):
    return Glimpse("run_x", status, "connected", timezone.now() - ago, elapsed_s)


def recorded(batch: Batch, status: Status = Status.OK, **fields) -> Run:
    claimed = claim()
    assert claimed is not None
    services.record(claimed, {claimed.items[0].item_id: result(status=status, **fields)})
    return Run.objects.get(item__batch=batch)


def look(schedule: Schedule, status: Status, *, ago: timedelta = timedelta(0), code="refused"):
    batch = services.run_schedule(schedule, by=None)
    return recorded(batch, status, reason_code=code, started_at=timezone.now() - ago)


def test_share_counts_only_the_runs_that_could_look():
    tally = Tally(ok=3, critical=1, unknown=6)

    assert (tally.percent_ok, tally.looked) == (75, 4)
    assert tally.percent_unknown == 60
    assert Tally(unknown=2).percent_ok is None


def test_worst_of_a_part_is_never_what_could_not_be_looked_at():
    assert Tally(ok=1, unknown=9).worst == "OK"
    assert Tally(unknown=9).worst == "UNKNOWN"
    assert Tally().worst == ""


def test_percentile_is_a_length_that_was_measured_and_leaves_out_who_did_not_look():
    runs = [glimpse(elapsed_s=n / 100) for n in range(1, 21)]

    found = latency_of([*runs, glimpse("UNKNOWN", elapsed_s=9)])

    assert found is not None
    assert (found.least, found.p95, found.most, found.count) == (0.01, 0.19, 0.2, 20)
    assert found.median == pytest.approx(0.105)
    assert latency_of([glimpse("UNKNOWN")]) is None


@pytest.mark.django_db
def test_last_runs_are_the_newest_of_each_probe_the_oldest_first():
    seed_runs(40, probes=4, days=1, scheduled=False)
    probes = {probe.slug: probe.pk for probe in Probe.objects.all()}

    found = last_runs(probes.values(), most=3)

    newest = Run.objects.filter(item__probe__slug="many-2").order_by("-id")[:3]
    assert [run.public_id for run in found[probes["many-2"]]] == [
        run.public_id for run in reversed(newest)
    ]
    assert all(len(runs) == 3 for runs in found.values())


@pytest.mark.django_db
def test_items_that_wait_push_no_run_out():
    seed_runs(5, probes=1, days=1, scheduled=False)
    probe = Probe.objects.get()
    for _ in range(4):
        services.request_batch([services.Wanted(probe=probe)], purpose="try", by=None)

    assert len(last_runs([probe.pk], most=5)[probe.pk]) == 5


@pytest.mark.django_db
def test_last_runs_cost_the_same_for_one_probe_and_for_many():
    seed_runs(60, probes=12, days=1, scheduled=False)
    pks = list(Probe.objects.values_list("pk", flat=True))
    counts = []
    for some in (pks[:1], pks):
        with CaptureQueriesContext(connection) as queries:
            last_runs(some)
        counts.append(len(queries))

    assert counts == [2, 2]


def test_windows_put_each_run_into_its_part_and_say_what_was_not_read():
    runs = [glimpse("CRITICAL", ago=timedelta(hours=3)), glimpse("OK")]

    day, _week, month = windows_of_runs(runs, read_from=runs[0].started_at)

    assert [span.tally.worst for span in day.spans[-4:]] == ["CRITICAL", "", "", "OK"]
    assert not day.spans[0].is_read
    assert day.spans[-2].is_read
    assert not month.is_whole
    assert day.tally == Tally(ok=1, critical=1)


@pytest.mark.django_db
def test_looks_of_a_schedule_are_counted_by_the_hour_as_they_are_judged():
    schedule = make_schedule(baseline="refused")
    look(schedule, Status.CRITICAL, code="refused")
    look(schedule, Status.OK, code="connected")
    look(schedule, Status.UNKNOWN, code="not_allowed", ago=timedelta(hours=30))

    day, week, _month = windows_of_schedules([schedule])[schedule.pk]

    assert day.tally == Tally(ok=1, warning=1)
    assert week.tally == Tally(ok=1, warning=1, unknown=1)
    assert ScheduleHour.objects.count() == 2


@pytest.mark.django_db
def test_counts_belong_to_what_is_looked_at_now():
    schedule = make_schedule()
    look(schedule, Status.OK)

    schedule.values = {"host": "127.0.0.1", "port": 9001}
    services.save_schedule(schedule)

    assert not ScheduleHour.objects.exists()


@pytest.mark.django_db
def test_pruning_keeps_a_month_of_counts():
    schedule = make_schedule()
    look(schedule, Status.OK, ago=timedelta(days=20))
    look(schedule, Status.OK, ago=timedelta(days=50))

    services.prune_runs(before=timezone.now())

    assert ScheduleHour.objects.count() == 1


@pytest.mark.django_db
def test_good_run_to_compare_with_had_the_same_values():
    other = recorded(make_batch(9001), Status.OK)
    good = recorded(make_batch(8001), Status.OK)
    recorded(make_batch(9001), Status.OK)

    run = recorded(make_batch(8001), Status.CRITICAL)

    assert last_good_run(run) == good
    assert last_good_run(other) is None


@pytest.mark.django_db
def test_difference_names_facts_that_came_went_or_changed_but_not_times():
    before = {"status": 200, "gone": "x", "headers": {"server": "a", "via": "b"}, "timings": {"dns_s": 1}}  # fmt: skip
    after = {"status": 503, "came": True, "headers": {"server": "c", "via": "b"}, "timings": {"dns_s": 2}}  # fmt: skip
    good = recorded(make_batch(8001), facts=before, output="same\npool=3 free\n")
    run = recorded(make_batch(8001), Status.CRITICAL, facts=after, output="same\npool=40 free\n")

    found = difference(good, run)

    assert {(change.name, change.how) for change in found.facts} == {
        ("status", "changed"),
        ("gone", "removed"),
        ("came", "added"),
        ("headers.server", "changed"),
    }
    assert [(line.how, "".join(text for _new, text in line.pieces)) for line in found.lines] == [
        ("same", "same"),
        ("removed", "pool=3 free"),
        ("added", "pool=40 free"),
    ]
    assert [text for is_new, text in found.lines[-1].pieces if is_new] == ["40"]


@pytest.mark.django_db
def test_seeded_runs_are_spread_over_the_days_and_counted():
    assert seed_runs(100, probes=2, days=10) == 100

    schedule = Schedule.objects.get(slug="many-1")
    *_shorter, month = windows_of_schedules([schedule])[schedule.pk]
    assert month.tally.runs == 50
    assert schedule.last_run is not None
