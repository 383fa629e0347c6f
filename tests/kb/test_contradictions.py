"""What contradicts a guide or a report is found, and shown to who may change it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kb import services
from kb.models import Attempt, Cause, Guide, Investigation, Resolution
from kb.services.upkeep.contradictions import (
    contradictions_of_guide,
    contradictions_of_incident_text,
)
from tests import factories as make
from tests.api.conftest import key_client
from tests.kb.ingest.test_contradictions import REPORT
from tests.kb.unreachable import TEXT, make_unreachable
from tests.pages.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def tried(
    what: str, *, outcome: str = "failed", without: tuple[str, ...] = (), **fields: object
) -> Attempt:
    """An attempt of a case of its own, in which these causes were out of the way."""
    case = services.find_fixes(TEXT)
    attempt = case.attempts.create(
        what=what, outcome=outcome, at=datetime(2025, 6, 17, 3, tzinfo=UTC), **fields
    )
    attempt.addresses.set(Cause.objects.filter(slug__in=without))
    return attempt


def sentences(guide: Guide) -> list[str]:
    with override("en"):
        return [one.sentence for one in contradictions_of_guide(guide)]


def test_cause_that_an_attempt_ran_without_and_failed_is_not_the_whole_explanation(guide: Guide):
    attempt = tried("minimal server", without=("port-held", "died"))
    tried("started again", outcome="worked", without=("not-running",))

    found = contradictions_of_guide(guide)

    assert [(one.sort, one.cause.slug, one.attempt) for one in found] == [
        ("attempt", "port-held", attempt),
        ("attempt", "died", attempt),
    ]
    assert sentences(guide)[0] == (
        "“minimal server” (2025-06-17) ran without “port held” and failed the same way: "
        "it cannot be the whole explanation."
    )
    assert Cause.objects.get(slug="port-held").standing == "suspected"


def test_cause_that_is_fixed_for_good_explains_nothing_any_more(guide: Guide):
    tried("minimal server", without=("port-held",))
    Cause.objects.filter(slug="port-held").update(standing="fixed")

    assert contradictions_of_guide(guide) == []


def test_fix_that_only_helped_while_its_cause_stays_open_may_be_a_workaround(guide: Guide):
    start = Resolution.objects.get(slug="start")
    tried("start", outcome="partly", resolution=start)
    tried("start", outcome="unknown", resolution=start)
    assert sentences(guide) == [
        "“start” is called a fix, but its one attempt helped only partly and its cause is still "
        "open: it may be a workaround."
    ]

    tried("start", outcome="partly", resolution=start)
    assert "each of its 2 attempts helped only partly" in sentences(guide)[0]
    tried("start", outcome="worked", resolution=start)
    assert sentences(guide) == []


def test_workaround_that_helped_partly_is_no_contradiction(guide: Guide):
    Resolution.objects.filter(slug="start").update(kind="workaround")
    tried("start", outcome="partly", resolution=Resolution.objects.get(slug="start"))

    assert contradictions_of_guide(guide) == []


def test_what_a_text_says_against_itself_is_told_once_for_all_its_translations(guide: Guide):
    Guide.objects.filter(pk=guide.pk).update(body=REPORT)
    guide.refresh_from_db()
    make.make_translation(guide, body=REPORT)

    assert [one.sort for one in contradictions_of_guide(guide)] == ["path", "status_words"]
    assert sentences(guide)[0] == (
        "Line 43: the health check asks /health on port 8001, but the code defines only "
        "/, /api/quotes/{number} (lines 22, 26): it would be unhealthy for ever."
    )


def test_check_of_the_guide_that_asks_what_its_code_does_not_answer(guide: Guide):
    Guide.objects.filter(pk=guide.pk).update(body=REPORT.replace("/health", "/"))
    guide.refresh_from_db()
    guide.parameters["port"]["default"] = 8001
    docs = make.make_probe("alive", kind="http", params={"url": "${url}"})
    make.make_check(guide, "alive", docs, parameters={"url": "http://${host}:${port}/alive"})

    assert sentences(guide)[0] == (
        "The check “alive” asks /alive on port 8001, but the code defines only "
        "/, /api/quotes/{number} (lines 22, 26): the answer would be 404."
    )


def test_report_of_an_incident_is_read_the_same_way(guide: Guide):
    found = contradictions_of_incident_text(REPORT)

    assert [one.sort for one in found] == ["path", "status_words"]
    assert found[0].lines == (43, 22, 26)
    assert contradictions_of_incident_text("# Nothing\n\nAll is well.") == []


def test_queries_do_not_grow_with_attempts_and_causes(guide: Guide):
    tried("minimal server", without=("port-held",))
    tried("start", outcome="partly", resolution=Resolution.objects.get(slug="start"))
    guide = Guide.objects.get(pk=guide.pk)
    with CaptureQueriesContext(connection) as few:
        contradictions_of_guide(guide)

    for number in range(5):
        make.make_cause(guide, f"cause-{number}")
        tried(f"attempt {number}", without=(f"cause-{number}", "died"))
        fix = make.make_resolution(guide.causes.get(slug=f"cause-{number}"), "fix")
        tried("fix", outcome="partly", resolution=fix)
    guide = Guide.objects.get(pk=guide.pk)
    with CaptureQueriesContext(connection) as many:
        assert len(contradictions_of_guide(guide)) > 10

    assert len(many) == len(few)


def test_only_who_may_change_the_guide_sees_it_on_its_page(client: Client, guide: Guide):
    attempt = tried("<b>minimal</b> server", without=("port-held",))
    case = Investigation.objects.get(pk=attempt.investigation_id)
    reader = person(client, "kb.view_guide")
    assert "contradiction" not in client.get(guide.get_absolute_url()).content.decode()

    reader.user_permissions.add(Permission.objects.get(codename="change_guide"))
    page = client.get(guide.get_absolute_url()).content.decode()

    assert "One reason to look at this guide" in page
    assert (
        page.count("“&lt;b&gt;minimal&lt;/b&gt; server” (2025-06-17) ran without “port held”") == 1
    )
    assert f'href="{case.get_absolute_url()}"' in page


def test_author_sees_it_above_the_form_in_the_admin(client: Client, guide: Guide):
    tried("minimal server", without=("port-held",))
    author = person(client, "kb.view_guide", "kb.change_guide")
    author.is_staff = True
    author.save()

    page = client.get(f"/admin/kb/guide/{guide.pk}/change/").content.decode()

    assert "One contradiction found" in page


def test_api_tells_who_may_change_the_guide(guide: Guide):
    attempt = tried("minimal server", without=("port-held",))
    author = key_client("kb.view_guide", "kb.change_guide")

    answer = author.get(f"/api/v1/guides/{guide.slug}")

    [found] = answer.json()["contradictions"]
    assert (found["sort"], found["cause"], found["provenance"]) == (
        "attempt",
        "port-held",
        "inferred",
    )
    assert found["attempt"]["investigation"] == attempt.investigation.public_id
    reader = key_client("kb.view_guide")
    assert "contradictions" not in reader.get(f"/api/v1/guides/{guide.slug}").json()
