"""The API answers: as it should, without a root page, or not to this origin."""

from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import BALANCED
from tests.lab.parts.site import BALANCER, ORIGIN, Site
from tests.lab.scenario import Look, Scenario, Stage
from tests.lab.scenarios.looks import all_is_well, healthy, preflight


def _healthy(lab: Lab) -> Iterator[Stage]:
    Site(lab).balanced().serve()
    yield Stage(title="nothing is wrong", looks=all_is_well())


def _other_origin(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    api = site.serve(ALLOWED_ORIGINS="https://old.hakwonplus.test")
    yield Stage(
        title="the API allows another origin only",
        looks=(
            preflight(
                "origin_not_allowed",
                preflight_status=400,
                acao=None,
                get_status=200,
                get_acao=None,
            ),
            Look(
                at="outside",
                kind="http",
                params={
                    "url": f"{BALANCER}/health",
                    "method": "OPTIONS",
                    "headers": {"Access-Control-Request-Method": "GET"},
                    "origin": ORIGIN,
                    "expect_status": [400],
                    "expect_body_regex": "Disallowed CORS origin",
                },
                status="OK",
                reason="as_expected",
                facts={"status": 400, "body_excerpt": "Disallowed CORS origin"},
            ),
            Look(
                at="outside",
                kind="http",
                params={
                    "url": f"{BALANCER}/health",
                    "origin": ORIGIN,
                    "expect_header": {"Access-Control-Allow-Origin": ORIGIN},
                },
                status="CRITICAL",
                reason="header_missing",
                facts={"status": 200},
            ),
        ),
    )
    api.kill()
    site.serve()
    yield Stage(title="the origin is in the API's settings", looks=all_is_well())


def _no_root(lab: Lab) -> Iterator[Stage]:
    Site(lab).balanced().serve(ROOT_ROUTE="0")
    yield Stage(
        title="no handler for /",
        looks=(
            Look(
                at="outside",
                kind="http",
                params={"url": f"{BALANCER}/", "expect_status": [200]},
                status="CRITICAL",
                reason="wrong_status",
                facts={
                    "status": 404,
                    "content_type": "application/json",
                    "body_excerpt": '{"detail":"Not Found"}',
                },
            ),
            Look(
                at="outside",
                kind="http",
                params={
                    "url": f"{BALANCER}/docs",
                    "expect_status": [200],
                    "expect_body_regex": "academy-api",
                },
                status="OK",
                reason="as_expected",
                facts={"status": 200},
            ),
            healthy(),
        ),
    )


SCENARIOS = (
    Scenario(
        slug="healthy",
        row="healthy",
        sentence="An API behind a load balancer, and nothing is wrong.",
        cause="none",
        stages=_healthy,
        needs=BALANCED,
    ),
    Scenario(
        slug="origin-not-configured",
        row="origin not configured",
        sentence="The API answers 200, but its settings do not name the page's origin.",
        cause="the CORS settings lack the origin",
        stages=_other_origin,
        needs=BALANCED,
    ),
    Scenario(
        slug="no-root-route",
        row="`/` 404, /docs ok",
        sentence="The address answers 404 because the application has no page there.",
        cause="no handler for /",
        stages=_no_root,
        needs=BALANCED,
    ),
)
