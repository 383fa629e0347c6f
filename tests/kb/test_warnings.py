"""What to leave alone, said where it tempts; and what the text and the looks cannot both mean."""

import pytest
from django.utils import translation

from kb import services
from kb.models import Cause, Guide, Investigation
from kb.services.diagnosing.findings import Finding
from tests.kb.unreachable import check, make_unreachable, see
from tests.starter import put_starter_content

pytestmark = pytest.mark.django_db

CORS = (
    "Access to XMLHttpRequest at 'https://api.hakwonplus.com/v1' from origin "
    "'https://hakwonplus.com' has been blocked by CORS policy: No "
    "'Access-Control-Allow-Origin' header is present on the requested resource."
)
RUNNING = (
    "INFO:     Uvicorn running on http://0.0.0.0:8001 (Press CTRL+C to quit)\n"
    "INFO:     Started reloader process [24608] using WatchFiles\n"
)
REFUSED = "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"


@pytest.fixture
def starter() -> None:
    put_starter_content()


def avoids(text: str) -> dict[str, list[str]]:
    """Each warning with the messages that tempt to what it warns of."""
    found = services.diagnose(services.find_fixes(text)).avoid
    return {
        f"{one.resolution.cause.slug}/{one.resolution.slug}": [s.symptom.slug for s in one.lures]
        for one in found
    }


@pytest.mark.usefixtures("starter")
def test_cors_text_beside_a_502_is_told_to_leave_cors_and_nat_alone():
    found = avoids(f"{CORS}\nGET https://api.hakwonplus.com/v1 502 (Bad Gateway)")

    assert {"infrastructure/leave-cors", "infrastructure/chase-nat"} <= found.keys()
    assert found["infrastructure/leave-cors"] == ["cors-blocked"]
    assert next(iter(found)) == "infrastructure/leave-cors"


@pytest.mark.usefixtures("starter")
def test_cors_text_alone_is_not_told_to_leave_cors_alone():
    found = avoids(f"{CORS} 200 OK")

    assert "infrastructure/leave-cors" not in found
    assert "origin-not-allowed/allow-all" in found


@pytest.mark.usefixtures("starter")
def test_404_is_not_down():
    assert "no-route/restart-anyway" in avoids("404 Not Found on / but /docs answers 200")
    assert "no-route/restart-anyway" not in avoids("ERR_CONNECTION_TIMED_OUT localhost:8000")


@pytest.mark.usefixtures("starter")
def test_a_line_that_says_running_is_warned_of_before_anything_was_looked_at():
    assert "app-not-loading/trust-running-line" in avoids(RUNNING + REFUSED)
    assert "app-not-loading/trust-running-line" not in avoids(REFUSED)


def test_a_warning_goes_once_runs_rule_its_cause_out():
    guide = make_unreachable()
    found = services.find_fixes(REFUSED)

    assert [one.resolution.slug for one in services.diagnose(found).avoid] == ["blame-firewall"]
    see(found, guide, listener="held_by_other")

    assert services.diagnose(found).avoid == ()


@pytest.mark.usefixtures("starter")
def test_a_minimal_server_that_fails_the_same_way_demotes_what_it_did_without():
    """SOURCES I-X1: it imports no jwt, no database and no openai."""
    found = services.find_fixes(RUNNING + REFUSED)
    before = {one.cause.slug: one.belief for one in services.diagnose(found).causes}
    gone = ("dependency-conflict", "database", "openai")
    attempt = found.attempts.create(what="simple_server.py", outcome="failed")
    attempt.addresses.set(Cause.objects.filter(guide__slug="ai-api", slug__in=gone))

    after = {one.cause.slug: one for one in services.diagnose(found).causes}

    for slug in gone:
        assert after[slug].belief < before[slug] / 5
        assert after[slug].moved[-1].attempt == attempt
        assert after[slug].state == "not_looked_at"
    assert after["environment"].belief > before["environment"]


@pytest.fixture
def guide() -> Guide:
    guide = make_unreachable()
    guide.checks.filter(slug="outside").update(role="client")
    return guide


def findings(case: Investigation) -> tuple[Finding, ...]:
    return services.diagnose(case).findings


def test_a_log_that_says_running_beside_a_silent_port_is_a_finding(guide: Guide):
    found = services.find_fixes(RUNNING + REFUSED)
    assert findings(found) == ()

    batch = see(found, guide, listener="not_listening")

    (finding,) = findings(found)
    assert (finding.kind, finding.run) == ("running_not_listening", batch.items.get().run)
    with translation.override("en"):
        assert str(finding) == (
            "The log says running on 0.0.0.0:8001, but nothing listens there: "
            "do not trust that line."
        )
    with translation.override("ko"):
        assert "0.0.0.0:8001" in str(finding)
        assert "믿지 마세요" in str(finding)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(RUNNING + REFUSED, "listening", id="it listens"),
        pytest.param(REFUSED, "not_listening", id="nothing says it runs"),
        pytest.param(RUNNING.replace("8001", "9000") + REFUSED, "not_listening", id="another port"),
    ],
)
def test_a_log_is_doubted_only_where_a_look_denies_it(guide: Guide, text: str, reason: str):
    found = services.find_fixes(text)

    see(found, guide, listener=reason)

    assert findings(found) == ()


def test_what_was_refused_and_answers_now_is_a_finding(guide: Guide):
    found = services.find_fixes(REFUSED)

    see(found, guide, outside="connected")

    (finding,) = findings(found)
    assert (finding.kind, finding.looked) == ("answers_now", "localhost:8001")
    assert "CONNECTION_REFUSED" in finding.said


def test_an_answer_inside_the_machine_is_none_for_who_was_refused_outside(guide: Guide):
    guide.checks.filter(slug="outside").update(role="target")
    found = services.find_fixes(REFUSED)

    see(found, guide, outside="connected")

    assert findings(found) == ()


def test_a_look_at_another_address_than_the_texts_is_a_finding(guide: Guide):
    found = services.find_fixes(REFUSED)
    services.set_parameters(found, {"host": "10.9.8.7"}, by=None)

    see(found, guide, outside="refused")

    (finding,) = findings(found)
    assert (finding.kind, finding.said, finding.looked) == (
        "looked_elsewhere",
        "localhost",
        "10.9.8.7:8001",
    )


def test_two_names_of_the_machine_itself_are_one_address(guide: Guide):
    found = services.find_fixes(REFUSED)
    services.set_parameters(found, {"host": "127.0.0.1"}, by=None)

    see(found, guide, outside="refused")

    assert findings(found) == ()


@pytest.mark.usefixtures("starter")
def test_a_running_line_and_a_silent_port_lead_to_what_the_child_imports():
    """SOURCES I-X2: the parent prints the line, the child died; ask for its import next."""
    case = services.find_fixes(RUNNING + REFUSED)
    ai_api = Guide.objects.get(slug="ai-api")
    typed = {"directory": "/srv/ai-api", "interpreter": "/srv/ai-api/venv/bin/python"}
    services.set_parameters(case, typed, by=None)

    see(case, ai_api, listener="not_listening")
    see(case, ai_api, connect="refused")

    diagnosis = services.diagnose(case)
    assert [one.kind for one in diagnosis.findings] == ["running_not_listening"]
    leading = [one.cause.slug for one in diagnosis.causes[:2]]
    assert "app-not-loading" in leading
    assert diagnosis.next is not None
    assert check(ai_api, "app") in {state.check for state in diagnosis.next.checks}
