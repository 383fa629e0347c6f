"""The looks that most scenarios share: at the API directly, through the balancer, at the listener."""

import re
from collections.abc import Mapping
from typing import Any

from tests.lab.parts.namespace import INSIDE
from tests.lab.parts.site import BALANCER, DIRECT, ORIGIN, PORT
from tests.lab.scenario import Expected, Look

NGINX = re.compile("^nginx")
HEALTH = {"expect_status": [200], "expect_json": {"status": "OK"}}


def direct(reason: str, *, at: str = "outside", status: str = "", **facts: Expected) -> Look:
    """A connection straight to the API's port; from inside, to its loopback address."""
    return Look(
        at=at,
        kind="tcp_connect",
        params={"host": "127.0.0.1" if at == "inside" else INSIDE, "port": PORT},
        status=status or ("OK" if reason == "connected" else "CRITICAL"),
        reason=reason,
        facts={"outcome": reason} | facts,
        timeout_s=1.0,
    )


def listener(reason: str, *addresses: str, **params: Any) -> Look:
    """What the API's own host says about port 8000."""
    return Look(
        at="inside",
        kind="port_listen",
        params={"port": PORT} | params,
        status="OK" if reason == "listening" else "CRITICAL",
        reason=reason,
        facts={"addresses": list(addresses)},
    )


def healthy(*, at: str = "outside", base: str = BALANCER) -> Look:
    """The health check answers, and allows the page's origin."""
    return Look(
        at=at,
        kind="http",
        params={
            "url": f"{base}/health",
            "origin": ORIGIN,
            "expect_header": {"Access-Control-Allow-Origin": ORIGIN},
            **HEALTH,
        },
        status="OK",
        reason="as_expected",
        facts={
            "status": 200,
            "json": {"status": "OK"},
            "headers": {"access-control-allow-origin": ORIGIN},
        },
    )


def answered(
    status: int, *, path: str = "/health", base: str = BALANCER, **facts: Expected
) -> Look:
    """Some other status than the 200 that was hoped for."""
    return Look(
        at="outside",
        kind="http",
        params={"url": f"{base}{path}", "origin": ORIGIN, "expect_status": [200]},
        status="CRITICAL",
        reason="wrong_status",
        facts={"status": status, "headers": _without_acao} | facts,
        timeout_s=4.0,
    )


def _without_acao(headers: Mapping[str, str]) -> bool:
    return "access-control-allow-origin" not in headers


def preflight(reason: str, *, status: str = "CRITICAL", **facts: Expected) -> Look:
    """What a browser on the page's origin would make of it."""
    return Look(
        at="outside",
        kind="cors_preflight",
        params={"url": f"{BALANCER}/health", "origin": ORIGIN},
        status=status,
        reason=reason,
        facts=facts,
        timeout_s=5.0,
    )


def allowed() -> Look:
    return preflight(
        "allowed", status="OK", preflight_status=200, acao=ORIGIN, get_status=200, get_acao=ORIGIN
    )


def masked(by: int) -> Look:
    """The balancer answers for the API, and knows nothing of CORS."""
    return preflight(
        "masked_by_5xx",
        preflight_status=by,
        get_status=by,
        acao=None,
        get_acao=None,
        server_header=NGINX,
    )


def all_is_well() -> tuple[Look, ...]:
    """What verifies a repair: health and CORS through the balancer, and the listener."""
    return (healthy(), allowed(), direct("connected"), listener("listening", "0.0.0.0"))


def http_direct(reason: str, *, at: str = "outside", **facts: Expected) -> Look:
    """The health check straight at the API, when it does not answer as it should."""
    base = DIRECT if at == "outside" else f"http://127.0.0.1:{PORT}"
    return Look(
        at=at,
        kind="http",
        params={"url": f"{base}/health", "expect_status": [200]},
        status="CRITICAL",
        reason=reason,
        facts=facts,
        timeout_s=1.0,
    )
