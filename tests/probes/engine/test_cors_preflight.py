"""cors_preflight: what the browser would stumble over, and what only looks like CORS."""

from typing import Any

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import by_path, response, run, serving

ORIGIN = "http://localhost:5173"
ALLOWED = {"Access-Control-Allow-Origin": ORIGIN}
SPEAKS = {"Access-Control-Allow-Methods": "GET, PUT", "Vary": "Origin"}


async def preflight(
    policy: Policy, options: bytes, get: bytes, **params: Any
) -> tuple[Status, str, dict[str, Any]]:
    async with serving(by_path({"OPTIONS /": options, "GET /": get})) as port:
        result = await run(
            "cors_preflight",
            policy=policy,
            url=f"http://127.0.0.1:{port}/",
            origin=ORIGIN,
            **params,
        )
    return result.status, result.reason_code, result.facts


OK = response(200, b"", ALLOWED | SPEAKS)


@pytest.mark.parametrize(
    ("options", "get", "params", "reason_code"),
    [
        (OK, response(200, b"", ALLOWED), {}, "allowed"),
        (response(204, b"", {"Access-Control-Allow-Origin": "*"}), OK, {}, "allowed"),
        (response(502), response(502), {}, "masked_by_5xx"),
        (response(504), response(504), {}, "masked_by_5xx"),
        (OK, response(502), {}, "masked_by_5xx"),
        (response(500), response(500), {}, "masked_by_5xx"),
        (response(501), response(200), {}, "no_cors_headers"),
        (response(200), response(200), {}, "no_cors_headers"),
        (response(405), response(200), {}, "no_cors_headers"),
        (OK, response(200), {}, "no_cors_headers"),
        (response(400, b"Disallowed CORS origin", SPEAKS), response(200), {}, "origin_not_allowed"),
        (response(200, b"", {"Vary": "Origin"}), response(200), {}, "origin_not_allowed"),
        (
            response(200, b"", {"Access-Control-Allow-Origin": "http://other"}),
            OK,
            {},
            "origin_not_allowed",
        ),
        (OK, OK, {"request_method": "DELETE"}, "method_not_allowed"),
        (OK, OK, {"request_method": "PUT"}, "allowed"),
        (OK, OK, {"request_headers": ["X-Custom"]}, "header_not_allowed"),
        (
            response(
                200,
                b"",
                ALLOWED
                | {"Access-Control-Allow-Headers": "*", "Access-Control-Allow-Methods": "*"},
            ),
            OK,
            {"request_headers": ["Authorization"]},
            "header_not_allowed",
        ),
        (response(401, b"", ALLOWED), OK, {}, "preflight_refused"),
        (response(500, b"", ALLOWED), OK, {}, "preflight_refused"),
    ],
)
async def test_reason_is_what_a_browser_would_stumble_over(
    policy: Policy, options: bytes, get: bytes, params: dict[str, Any], reason_code: str
) -> None:
    status, found, _ = await preflight(policy, options, get, **params)

    assert found == reason_code
    assert status == (Status.OK if reason_code == "allowed" else Status.CRITICAL)


async def test_facts_hold_both_answers(policy: Policy) -> None:
    options = response(
        200,
        b"",
        ALLOWED
        | {
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Headers": "x-a",
            "Access-Control-Allow-Credentials": "true",
            "Server": "nginx",
        },
    )
    _, _, facts = await preflight(policy, options, response(200, b"", ALLOWED))

    wanted = ("preflight_status", "acao", "acam", "acah", "acac", "get_status", "get_acao")
    assert [facts[name] for name in wanted] == [200, ORIGIN, "GET", "x-a", "true", 200, ORIGIN]
    assert facts["server_header"] == "nginx"


async def test_follow_up_can_be_left_out(policy: Policy) -> None:
    _, reason_code, facts = await preflight(policy, OK, response(502), follow_up_get=False)

    assert (reason_code, facts["get_status"]) == ("allowed", None)


async def test_closed_port_is_unreachable_and_says_why(policy: Policy, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}/"
    result = await run("cors_preflight", policy=policy, url=url, origin=ORIGIN)

    assert (result.status, result.reason_code) == (Status.CRITICAL, "unreachable")
    assert result.facts["error"] == "refused"
