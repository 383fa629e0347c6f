"""From a CORS message to a verified repair: with a 502 behind it, and without."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from kb import services
from kb.models import Investigation
from tests.flows import person as people
from tests.support.apps import write_app
from tests.support.processes import PROXY, free_port, running, uvicorn

pytestmark = pytest.mark.django_db

ORIGIN = "http://localhost:5173"


def browser_says(url: str) -> str:
    return (
        f"Access to XMLHttpRequest at '{url}' from origin '{ORIGIN}' has been blocked by CORS "
        "policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."
    )


def explained(investigation: Investigation) -> dict[str, str]:
    return {
        seen.symptom.slug: seen.explained_by.slug if seen.explained_by else ""
        for seen in services.diagnose(investigation).symptoms
        if seen.symptom.guide.slug == "cors-502"
    }


def test_cors_text_with_a_502_is_infrastructure_first(base: Path, person: User):
    port, upstream = free_port(), free_port()
    url = f"http://127.0.0.1:{port}/api/me"
    write_app(base, origin=ORIGIN)
    with running(PROXY, port, upstream, cwd=base, name="proxy") as proxy:
        proxy.wait_until_listening(port)
        found = services.find_fixes(
            f"{browser_says(url)}\nGET {url} net::ERR_FAILED 502 (Bad Gateway)"
        )
        assert explained(found) == {"cors-blocked": "bad-gateway", "bad-gateway": ""}
        assert services.diagnose(found).causes[0].cause.key == "cors-502/infrastructure"

        people.follow_advice(found, by=person)

        diagnosis = services.diagnose(found)
        assert people.ranking(diagnosis)[0] == ("cors-502/infrastructure", "supported")
        tempting = "cors-502/origin-not-allowed"
        assert people.what_ruled_out(diagnosis, tempting) == {"masked_by_5xx"}
        assert (
            people.view(diagnosis, "cors-502/infrastructure/leave-cors").resolution.kind == "avoid"
        )

        # Who knows the address behind the proxy learns which part of it.
        typed = {"target_host": "127.0.0.1", "cors-502/port": upstream}
        services.set_parameters(found, typed, by=person)
        people.follow_advice(found, by=person)
        diagnosis = services.diagnose(found)
        assert people.ranking(diagnosis)[0] == ("cors-502/backend-down", "supported")
        assert people.what_ruled_out(diagnosis, tempting) == {"masked_by_5xx"}

        with uvicorn(base, upstream):
            seen = people.repair(found, "cors-502/backend-down/restart-api", by=person)

    assert seen == {"cors-502/direct": "connected", "cors-502/preflight": "allowed"}
    people.assert_remembered(found, "cors-502/backend-down/restart-api", by=person)


def test_cors_text_with_a_healthy_server_is_the_setting(base: Path, person: User):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/me"
    write_app(base)
    with uvicorn(base, port, name="closed"):
        found = services.find_fixes(browser_says(url))
        assert explained(found) == {"cors-blocked": ""}

        people.follow_advice(found, by=person)

        diagnosis = services.diagnose(found)
        assert people.ranking(diagnosis)[0] == ("cors-502/origin-not-allowed", "supported")
        ruled_out = people.what_ruled_out(diagnosis, "cors-502/infrastructure")
        assert ruled_out == {"no_cors_headers"}

    write_app(base, origin=ORIGIN)
    with uvicorn(base, port, name="allowing"):
        seen = people.repair(found, "cors-502/origin-not-allowed/add-origin", by=person)

    assert seen == {"cors-502/preflight": "allowed"}
    people.assert_remembered(found, "cors-502/origin-not-allowed/add-origin", by=person)
