"""The page that makes a guide of an incident: what it proposes, and where it leads."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents import services
from incidents.models import Incident
from kb.models import Guide
from kb.services.authoring.cause_search import MOST_OFFERED, causes_like, offered_causes
from kb.services.authoring.found_checks import found_checks
from tests.factories import make_cause, make_guide, make_probe, make_translation
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

UNKNOWN = "FATAL: trollbridge toll refused at gate.example.net:9100"
MAY = (*RESPONDER, "kb.add_guide", "kb.change_guide", "kb.publish_guide")


@pytest.fixture
def user(client: Client) -> User:
    return person(client, *MAY)


def logged(user: User, text: str = UNKNOWN, **fields: object) -> Incident:
    return services.open_incident("The bridge is closed", by=user, text=text, **fields)


def test_checks_are_found_in_the_addresses_of_the_error() -> None:
    make_probe("tcp")
    make_probe("tcp-odd", params={"host": "${host}", "port": "${port}", "tls": True})
    make_probe("http", kind="http", params={"url": "${url}"})

    found = found_checks([f"{UNKNOWN}\nGET http://gate.example.net:9100/toll", UNKNOWN])

    assert [(one.probe, one.said) for one in found][:2] == [
        ("http", "http://gate.example.net:9100/toll"),
        ("tcp", "gate.example.net:9100"),
    ]
    assert len({one.slug for one in found}) == len(found)


def test_an_unapproved_probe_is_not_proposed() -> None:
    probe = make_probe("tcp")
    probe.approved_hash = ""
    probe.save()

    assert found_checks([UNKNOWN]) == ()


def test_a_found_check_is_taken_over_and_shows_that_the_fix_worked(
    client: Client, user: User
) -> None:
    make_probe("tcp", name="The port answers")
    incident = logged(user)
    page = client.get(f"{incident.get_absolute_url()}guide/").content.decode()
    (slug,) = re.findall(r'name="looks" value="([^"]+)"', page)

    said = {"title": "Toll", "cause": "The troll", "fix": "Pay", "verify": [slug]}
    client.post(f"{incident.get_absolute_url()}guide/", {**said, "deed": "draft"})

    guide = Guide.objects.get(title="Toll")
    assert [check.parameters for check in guide.checks.all()] == [
        {"host": "gate.example.net", "port": "9100"}
    ]
    fix = guide.causes.get().resolutions.get(kind="fix")
    assert [check.slug for check in fix.verify.all()] == [slug]
    assert "- The port answers" in guide.body.partition("{#verify}")[2]


def test_a_guide_that_knows_the_error_already_is_named_first(client: Client, user: User) -> None:
    guide = make_unreachable()
    incident = logged(user, "ERR_CONNECTION_REFUSED localhost:8000")

    page = client.get(f"{incident.get_absolute_url()}guide/").content.decode()

    assert "A guide knows this already" in page
    assert guide.get_absolute_url() in page
    assert re.search(r'class="button primary" name="deed" value="extend"', page)


def test_another_cause_is_looked_for_without_losing_what_was_typed(
    client: Client, user: User
) -> None:
    wanted = make_cause(make_guide("bridge", title="Bridges of Königsberg"), "toll")
    incident = logged(user)
    said = {"title": "Half a title", "seek": "königsberg", "deed": "seek"}

    answer = client.post(f"{incident.get_absolute_url()}guide/", said)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<option value="{wanted.pk}">' in page and "Half a title" in page
    assert "A guide needs a title" not in page and Guide.objects.count() == 1


def test_causes_are_found_by_a_translated_title_and_bounded(user: User) -> None:
    guide = make_guide("bridge", title="Bridge")
    make_translation(guide, title="다리 통행료")
    cause = make_cause(guide, "toll")
    for number in range(MOST_OFFERED + 2):
        make_cause(guide, f"other-{number}")

    assert cause in causes_like("통행료 다리")
    assert len(causes_like("bridge")) == MOST_OFFERED == len(offered_causes([]))
    assert offered_causes([None, cause, cause]) == [cause]


def test_everything_that_is_missing_is_said_at_once(client: Client, user: User) -> None:
    incident = logged(user)

    answer = client.post(f"{incident.get_absolute_url()}guide/", {"deed": "draft"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "A guide needs a title" in page and "Say what the cause is" in page
