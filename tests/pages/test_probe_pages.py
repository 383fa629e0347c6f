"""Pages of probes and their runs: what stands first, how it is narrowed, what a run is told beside."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Check, Guide, Investigation
from probes import services
from probes.engine.spec import Status
from probes.evaluation.many_runs import seed_runs
from probes.models import Probe, Run
from tests.factories import make_check, make_guide
from tests.pages.people import person
from tests.probes.factories import make_batch, make_probe
from tests.probes.test_histories import recorded

pytestmark = pytest.mark.django_db

VIEWER = ("probes.view_probe", "probes.view_run", "probes.view_schedule", "kb.view_guide")


def ran(slug: str, status: Status, **fields) -> Run:
    probe = Probe.objects.filter(slug=slug).first() or make_probe(
        slug, params={"host": "127.0.0.1", "port": 8001}
    )
    batch = services.request_batch([services.Wanted(probe=probe)], purpose="try", by=None)
    return recorded(batch, status, **fields)


@pytest.fixture
def viewer(client: Client) -> Client:
    person(client, *VIEWER)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    return [row.probe.slug for row in client.get(f"/probes/{query}").context["rows"]]


def test_failing_stands_first_and_never_run_is_folded_below(viewer: Client) -> None:
    ran("well", Status.OK)
    ran("blind", Status.UNKNOWN, reason_code="not_allowed")
    ran("failing", Status.CRITICAL)
    ran("slow", Status.WARNING, reason_code="slow")
    make_probe("new", params={"host": "127.0.0.1", "port": 1})

    answer = viewer.get("/probes/")

    assert [row.probe.slug for row in answer.context["rows"]] == [
        "failing",
        "slow",
        "blind",
        "well",
    ]
    assert [one["probe"].slug for one in answer.context["never"]] == ["new"]
    assert "1 probe has never run" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=critical", ["failing"]),
        ("?state=never", []),
        ("?kind=http", []),
        ("?q=WELL+tcp", ["well"]),
        ("?approval=approved", ["failing", "well"]),
        ("?approval=needed", []),
        ("?guide=ports", ["well"]),
        ("?state=nonsense", ["failing", "well"]),
    ],
)
def test_filters_stand_in_the_address(viewer: Client, query: str, found: list[str]) -> None:
    ran("failing", Status.CRITICAL)
    ran("well", Status.OK)
    make_check(make_guide("ports"), "port", probe=Probe.objects.get(slug="well"))

    assert listed(viewer, query) == found


def test_counts_of_the_states_stay_when_one_is_chosen(viewer: Client) -> None:
    ran("failing", Status.CRITICAL)
    ran("well", Status.OK)

    states = dict(viewer.get("/probes/?state=ok").context["states"])

    assert states == {"CRITICAL": 1, "WARNING": 0, "UNKNOWN": 0, "OK": 1}


def test_not_having_looked_has_its_own_bar_and_is_in_no_share(viewer: Client) -> None:
    ran("port", Status.OK)
    ran("port", Status.UNKNOWN, reason_code="not_allowed")

    shown = viewer.get("/probes/").content.decode()

    assert '<rect class="unknown"' in shown
    assert '<rect class="critical"' not in shown
    assert "100 %" in shown
    assert "of 1 run" in shown
    assert "1 could not look" in shown
    assert "Last runs: OK: 1, Could not look: 1" in shown


def test_guides_are_named_to_who_may_see_them(client: Client) -> None:
    ran("port", Status.OK)
    make_check(make_guide("ports", title="Ports"), "c", probe=Probe.objects.get(slug="port"))
    person(client, "probes.view_probe")

    assert "/g/ports/" not in client.get("/probes/").content.decode()


def test_nothing_found_offers_to_clear_the_filters(viewer: Client) -> None:
    ran("port", Status.OK)

    assert "Clear the filters" in viewer.get("/probes/?q=nowhere").content.decode()


def test_list_costs_the_same_for_one_probe_and_for_many(viewer: Client) -> None:
    counts = []
    for probes in (1, 12):
        seed_runs(60, probes=probes, days=1)
        guide = make_guide(f"g{probes}")
        for probe in Probe.objects.all():
            make_check(guide, f"c-{probe.slug}", probe=probe)
        viewer.get("/probes/")
        with CaptureQueriesContext(connection) as queries:
            viewer.get("/probes/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_probes_page_tells_windows_latency_and_definition(viewer: Client) -> None:
    for status in (Status.OK, Status.OK, Status.CRITICAL):
        ran("port", status, elapsed_s=0.02)

    shown = viewer.get("/probes/port/").content.decode()

    assert "Median" in shown
    assert "20 ms" in shown
    assert "kind: tcp_connect" in shown
    assert 'aria-label="24 hours: ' in shown
    assert " style=" not in shown


def test_runs_of_a_probe_are_narrowed_by_state(viewer: Client) -> None:
    failed = ran("port", Status.CRITICAL)
    ran("port", Status.OK)

    page = viewer.get("/probes/port/?state=critical").context["page"]

    assert [item.run for item in page.rows] == [failed]
    assert "No run is like this" in viewer.get("/probes/port/?state=warning").content.decode()


def test_runs_go_on_from_a_row_and_never_by_a_count(viewer: Client) -> None:
    seed_runs(60, probes=1, days=1)
    with CaptureQueriesContext(connection) as queries:
        first = viewer.get("/probes/many-0/").context["page"]

    second = viewer.get(f"/probes/many-0/?before={first.older}").context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 10)
    assert not any("COUNT(" in query["sql"] for query in queries)


def test_what_was_read_of_many_runs_is_said(viewer: Client, monkeypatch) -> None:
    monkeypatch.setattr("kb.views.probes.READ", 20)
    seed_runs(30, probes=1, days=1)

    assert "Of the last 20 runs" in viewer.get("/probes/many-0/").content.decode()


def test_run_is_compared_with_the_last_good_one(viewer: Client) -> None:
    good = ran("port", Status.OK, facts={"port": 1}, output="ready")
    bad = ran("port", Status.CRITICAL, facts={"port": 2}, output="<b>gone</b>")

    shown = viewer.get(f"/runs/{bad.public_id}/").content.decode()

    assert f'href="/runs/{good.public_id}/"' in shown
    assert "Since the last good run" in shown
    assert "<b>gone</b>" not in shown
    assert 'rel="prev"' in shown
    assert "Next run" in viewer.get(f"/runs/{good.public_id}/").content.decode()


def test_run_without_a_good_one_says_so(viewer: Client) -> None:
    bad = ran("port", Status.CRITICAL)

    assert "nothing to compare with" in viewer.get(f"/runs/{bad.public_id}/").content.decode()


def test_only_the_last_lines_are_shown_and_all_of_them_are_text(viewer: Client) -> None:
    run = ran("port", Status.CRITICAL, output="\n".join(f"line {n}" for n in range(250)))

    shown = viewer.get(f"/runs/{run.public_id}/").content.decode()
    whole = viewer.get(f"/runs/{run.public_id}/output/")

    assert "line 49\n" not in shown
    assert "line 50\n" in shown
    assert "50 lines before them are left out" in shown
    assert whole.content.decode().startswith("line 0\n")
    assert whole["Content-Type"] == "text/plain; charset=utf-8"
    assert whole["X-Content-Type-Options"] == "nosniff"


def test_output_is_for_those_who_may_see_runs(client: Client) -> None:
    run = ran("port", Status.OK, output="x")
    person(client, "probes.view_probe")

    assert client.get(f"/runs/{run.public_id}/output/").status_code == 403


def test_run_names_the_case_it_was_evidence_for(viewer: Client) -> None:
    run = recorded(make_batch(8001), Status.OK)
    case = Investigation.objects.create(text="ECONNREFUSED at checkout")
    case.batches.add(run.item.batch)

    shown = viewer.get(f"/runs/{run.public_id}/").content.decode()

    assert "ECONNREFUSED at checkout" in shown
    assert case.get_absolute_url() in shown


def test_kinds_are_found_by_what_one_wants_to_look_at(viewer: Client) -> None:
    found = viewer.get("/kinds/?q=certificate").content.decode()

    assert "/kinds/tls_certificate/" in found
    assert "/kinds/nagios/" not in found
    assert "No kind is like this" in viewer.get("/kinds/?q=zebra").content.decode()


def test_probe_of_very_many_guides_names_the_first_and_counts_them(viewer: Client) -> None:
    ran("port", Status.OK)
    probe = Probe.objects.get(slug="port")
    # More than one query can name on SQLite.
    guides = Guide.objects.bulk_create(
        Guide(slug=f"g-{n}", language="en", title=f"Guide {n}") for n in range(1_100)
    )
    Guide.objects.update(state=Guide.State.PUBLISHED)
    Check.objects.bulk_create(Check(guide=one, slug="c", name="C", probe=probe) for one in guides)

    listed, own = viewer.get("/probes/"), viewer.get("/probes/port/")

    assert "1100 guides in all" in listed.content.decode().replace(",", "")
    assert "and 1050 more checks" in own.content.decode().replace(",", "")
