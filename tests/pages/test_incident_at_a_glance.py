"""The page of an incident: what the state is, what is next, who has it; the rest is folded."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from incidents import services
from incidents.forms import fields
from incidents.models import Incident
from incidents.services import timeline
from incidents.services.linked_guides import linked_guides
from incidents.services.timeline_days import NEWEST, day_by_day
from kb.models import Attempt
from kb.services.diagnosing.ranking import diagnose
from tests.factories import make_cause, make_guide, make_resolution
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

REFUSED = "GET http://localhost:8000/ ERR_CONNECTION_REFUSED"


@pytest.fixture
def user(client: Client) -> User:
    return person(client, *RESPONDER)


def page_of(client: Client, incident: Incident, query: str = "") -> str:
    return client.get(f"{incident.get_absolute_url()}{query}").content.decode()


def primary(page: str) -> list[str]:
    """What the primary buttons and links of the page say."""
    found = re.findall(r'class="button primary"[^>]*>(?:<[^>]*>)*([^<]+)', page)
    return [words.strip() for words in found]


def test_each_state_has_one_primary_action(client: Client, user: User) -> None:
    incident = services.open_incident("Login is down", by=user)
    said = [primary(page_of(client, incident))]
    client.post(f"{incident.get_absolute_url()}take/", {"begin": "1"})
    for status in ("identified", "mitigated", "resolved"):
        said.append(primary(page_of(client, incident)))
        incident.refresh_from_db()
        services.change_status(incident, to=status, by=user)
    said.append(primary(page_of(client, incident)))

    assert said == [
        ["I take it"],
        ["→ Identified"],
        ["→ Mitigated"],
        ["→ Resolved"],
        ["✓ Close the incident"],
    ]


def test_taking_it_begins_the_work(client: Client, user: User) -> None:
    incident = services.open_incident("Login is down", by=user)

    client.post(f"{incident.get_absolute_url()}take/", {"begin": "1"})

    incident.refresh_from_db()
    assert (incident.assignee, incident.status) == (user, "investigating")


def test_the_glance_names_cause_with_how_sure_it_is(client: Client, user: User) -> None:
    fix = make_unreachable().causes.get(slug="not-running").resolutions.get(kind="fix")
    incident = services.open_incident("Login is down", by=user, text=REFUSED)

    going_on = page_of(client, incident)
    services.close_incident(incident, by=user, resolution=fix, confirmed=True)
    closed = page_of(client, incident)

    assert "likely" in going_on.partition('class="glance"')[2].partition("</dl>")[0]
    assert "✓ Confirmed" in closed.partition('class="glance"')[2].partition("</dl>")[0]


def test_midnight_of_a_report_that_names_only_the_day_is_not_shown_as_a_time(
    client: Client, user: User
) -> None:
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    incident = services.open_incident("From a report", by=user)
    Incident.objects.filter(pk=incident.pk).update(
        started_at=day - timedelta(days=2), created_at=day - timedelta(days=2)
    )

    page = page_of(client, incident)

    assert "00:00</time>" not in page


def test_a_long_report_is_folded_and_a_short_one_is_open(client: Client, user: User) -> None:
    long = services.open_incident("Long", by=user, report="## What\n\n" + "It was dark. " * 200)
    short = services.open_incident("Short", by=user, report="It was dark.")

    assert 'id="report">' in page_of(client, long)
    assert 'id="report" open>' in page_of(client, short)


def test_the_early_part_of_a_long_timeline_is_folded_day_by_day(client: Client, user: User) -> None:
    incident = services.open_incident("Login is down", by=user)
    start = timezone.now() - timedelta(days=3)
    Incident.objects.filter(pk=incident.pk).update(started_at=start)
    for number in range(NEWEST + 4):
        at = start + timedelta(hours=number)
        services.add_note(incident, text=f"Note {number}.", by=user, at=at)
    incident.refresh_from_db()

    shown = day_by_day(timeline.stretches(timeline.of(incident)))

    assert shown.folded == 5
    assert sum(len(day.stretches) for day in shown.latest) == NEWEST
    page = page_of(client, incident)
    assert "5 earlier entries" in page
    assert page.index("5 earlier entries") < page.index("Note 0.") < page.index("Note 11.")


def test_a_guide_is_linked_in_the_case_with_what_came_of_it(user: User) -> None:
    guide = make_unreachable()
    fix = guide.causes.get(slug="not-running").resolutions.get(kind="fix")
    incident = services.open_incident("Login is down", by=user, text=REFUSED)
    case = incident.investigation
    tried = Attempt.objects.create(investigation=case, what="x", outcome="failed", resolution=fix)

    (matching,) = linked_guides(incident, diagnose(case), [])
    (failed,) = linked_guides(incident, diagnose(case), [tried])
    services.close_incident(incident, by=user, resolution=fix)
    incident.refresh_from_db()
    (fixed,) = linked_guides(incident, None, [tried])

    assert (matching.strength, matching.outcome) == ("strong", "")
    assert failed.outcome == "failed"
    assert (fixed.guide, fixed.outcome) == (guide, "worked")


def test_checks_are_run_from_the_incident(client: Client, user: User) -> None:
    make_unreachable()
    incident = services.open_incident("Login is down", by=user, text=REFUSED)
    page = page_of(client, incident)
    values = dict(re.findall(r'name="(p-[^"]+)" value="([^"]*)"', page))
    (key,) = re.findall(r'name="check" value="([^"]+)" data-next-check', page)
    here = f"{incident.get_absolute_url()}checks/"

    answer = client.post(here, {**values, "key": "once", "check": key})

    assert answer["Location"] == f"{incident.get_absolute_url()}#checks-title"
    assert incident.investigation.batches.count() == 1
    assert f"0 of {len(key.split())} done" in client.get(here).content.decode()


def test_what_cannot_be_run_is_said_on_the_incident(client: Client, user: User) -> None:
    make_unreachable()
    incident = services.open_incident("Login is down", by=user, text=REFUSED)

    answer = client.post(f"{incident.get_absolute_url()}checks/", {"check": "all"}, follow=True)

    assert "Read from the paste, look at it first" in answer.content.decode()
    assert incident.investigation.batches.count() == 0


def test_who_may_not_run_probes_runs_none_here(client: Client) -> None:
    reader = person(client, "incidents.view_incident", "kb.view_guide")
    make_unreachable()
    incident = services.open_incident("Login is down", by=reader, text=REFUSED)

    refused = client.post(f"{incident.get_absolute_url()}checks/", {"check": "all"})

    assert refused.status_code == 403


def test_an_incident_without_an_error_has_no_checks(client: Client, user: User) -> None:
    incident = services.open_incident("Login is down", by=user)
    Incident.objects.filter(pk=incident.pk).update(investigation=None)

    assert client.get(f"{incident.get_absolute_url()}checks/").status_code == 404


def test_of_very_many_fixes_some_are_offered_and_any_may_be_named(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "MOST_OFFERED", 2)
    cause = make_cause(make_guide("many"), "cause")
    fixes = [make_resolution(cause, f"fix-{number}") for number in range(4)]
    incident = services.open_incident("Login is down", by=user)

    page = page_of(client, incident)
    said = {"kind": "fix", "resolution": fixes[3].pk}
    client.post(f"{incident.get_absolute_url()}close/", said)

    closing = page.partition('name="resolution"')[2].partition("</select>")[0]
    assert closing.count("<option") == 3
    incident.refresh_from_db()
    assert incident.investigation.concluded_resolution == fixes[3]
