"""The admin's front page: what waits for this person, in few queries, and nothing they may not see."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.dashboard import dashboard_of
from config.evaluation.many_others import seed_others
from incidents.evaluation.many_incidents import seed_incidents
from incidents.models import Incident
from kb import services
from kb.evaluation.many_guides import store
from kb.models import Guide, GuideRevision, Investigation, SearchGap
from probes.models import Location, Schedule
from tests.factories import make_guide, make_translation

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    client.cookies["django_language"] = "en"
    return client


def fill(count: int) -> None:
    """More of everything; a guide has no text that the index would read for long."""
    first = Guide.objects.count()
    for number in range(first, first + count):
        guide = make_guide(f"g-{number}")
        if number % 2:
            make_translation(guide)
            services.record_edit(guide, by=None)
    cases = [Investigation(text="x", fingerprint=f"f-{first}-{n}") for n in range(count)]
    seed_incidents(store(cases))
    store([SearchGap(fingerprint=one.fingerprint, count=1, sample="x") for one in cases])
    seed_others(count)


def waiting(user: User) -> dict[str, int]:
    return {str(one.words): one.count for one in dashboard_of(user).waiting}


def member(role: str) -> User:
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def test_every_counter_leads_to_a_list_of_as_many(root: Client) -> None:
    fill(4)
    Schedule.objects.update(state="CRITICAL", blind_since=timezone.now())
    Location.objects.filter(slug="m-1-place").update(token_hash="1" * 64)

    for one in dashboard_of(User.objects.get(username="root")).waiting:
        page = root.get(one.address)
        assert page.status_code == 200, one.address
        if one.address.startswith("/admin/"):
            assert page.context["cl"].result_count == one.count, one.address


def test_page_asks_the_same_for_more_rows(root: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            root.get("/admin/")
        return len(queries)

    fill(3)
    few = asked()
    fill(30)

    assert asked() == few
    assert few <= 12


def test_page_never_reads_runs_or_cases(root: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        root.get("/admin/")

    tables = {name for one in queries for name in re.findall(r'FROM "(\w+)"', one["sql"])}
    assert "kb_guide" in tables
    assert not tables & {"probes_run", "probes_batchitem", "kb_investigation"}


def test_role_sees_what_it_may_work_on(root: Client) -> None:
    seed_others(2)
    Incident.objects.create(title="Checkout fails")

    author, operator = waiting(member("author")), waiting(member("probe operator"))

    assert "guides waiting for a review" in author
    assert "probes waiting for approval" not in author
    assert operator["probes waiting for approval"] == 1
    assert "guides waiting for a review" not in operator
    assert author["open incidents"] == operator["open incidents"] == 1


def test_nothing_waiting_says_so(root: Client) -> None:
    page = root.get("/admin/").content.decode()

    assert "Nothing waits: everything is approved, reviewed and running." in page


def test_translation_that_fell_behind_is_counted_until_it_catches_up() -> None:
    root = User.objects.create_superuser("root")
    guide = make_guide()
    make_translation(guide)
    services.record_edit(guide, by=None)

    behind = waiting(root)
    guide.translations.update(of_revision=1)

    assert behind["translations behind their original"] == 1
    assert "translations behind their original" not in waiting(root)


def test_recent_edits_are_everyones_and_only_what_may_be_seen(root: Client) -> None:
    guide = make_guide(title="Broker stops")
    services.record_edit(guide, by=None, source=GuideRevision.Source.IMPORT)
    root.post(
        f"/admin/auth/group/{Group.objects.get(name='viewer').pk}/change/", {"name": "viewer"}
    )

    everything = {edit.what for edit in dashboard_of(User.objects.get(username="root")).edits}
    authors = {edit.what for edit in dashboard_of(member("author")).edits}

    assert everything == {"Broker stops", "viewer"}
    assert authors == {"Broker stops"}


def test_models_stand_in_our_groups_and_order(root: Client) -> None:
    shown = root.get("/admin/").context["app_list"]

    assert [(str(app["name"]), app["models"][0]["object_name"]) for app in shown] == [
        ("Knowledge", "Guide"),
        ("Incidents", "Incident"),
        ("Probes", "Probe"),
        ("Access", "User"),
    ]
    assert all(model["about"] for app in shown for model in app["models"])
