"""cors_preflight: would a browser on that origin be allowed to call this URL, and if not, why?"""

from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.errors import Complaint
from probes.engine.network import secret_headers
from probes.engine.network.http_client import Exchange, Request, exchange
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy
from probes.engine.values import HEADER_NAME

# What a page may send without asking first (Fetch standard, "CORS-safelisted").
_SAFE_METHODS = ("GET", "HEAD", "POST")
_SAFE_HEADERS = ("accept", "accept-language", "content-language", "range")
_SPEAKS_CORS = (
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-max-age",
    "access-control-expose-headers",
)


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    followed_by = _get(params, secret_headers.secret_headers_of(params, policy=policy))
    preflight = await exchange(_preflight(params), policy=policy, deadline=deadline)
    get = None
    if params["follow_up_get"] and preflight.status is not None:
        get = await exchange(followed_by, policy=policy, deadline=deadline)
    reason_code, words = _reason(params, preflight, get)
    return Observation(
        reason_code=reason_code,
        facts=_facts(params, preflight, get),
        summary=f"{params['origin']} to {params['url']}: {words}",
    )


def _preflight(params: Mapping[str, Any]) -> Request:
    headers = {
        "Origin": params["origin"],
        "Access-Control-Request-Method": params["request_method"],
    }
    if wanted := _announced(params):
        headers["Access-Control-Request-Headers"] = ",".join(wanted)
    return Request(
        url=params["url"], method="OPTIONS", headers=headers, verify_tls=params["verify_tls"]
    )


def _announced(params: Mapping[str, Any]) -> list[str]:
    """The headers a browser asks leave for: a preflight itself carries no secret (Fetch
    standard), and cookies are no header a page can set."""
    names = {name.lower() for name in (*params["request_headers"], *_secret_names(params))}
    return sorted(names - {"cookie"})


def _secret_names(params: Mapping[str, Any]) -> list[str]:
    return list(params["secret_headers"] or {})


def _get(params: Mapping[str, Any], secrets: Mapping[str, str]) -> Request:
    return Request(
        url=params["url"],
        headers={"Origin": params["origin"]},
        secret_headers=secrets,
        verify_tls=params["verify_tls"],
    )


def _facts(params: Mapping[str, Any], preflight: Exchange, get: Exchange | None) -> dict[str, Any]:
    failed = next((each for each in (preflight, get) if each and each.status is None), None)
    return {
        "url": params["url"],
        "origin": params["origin"],
        "preflight_status": preflight.status,
        "acao": preflight.header("access-control-allow-origin"),
        "acam": preflight.header("access-control-allow-methods"),
        "acah": preflight.header("access-control-allow-headers"),
        "acac": preflight.header("access-control-allow-credentials"),
        "get_status": get.status if get else None,
        "get_acao": get.header("access-control-allow-origin") if get else None,
        "server_header": preflight.header("server") or (get.header("server") if get else None),
        "error": failed.failure if failed else None,
        "problem": failed.problem if failed else None,
        "peer_ip": preflight.peer_ip or None,
        "addresses": [attempt.facts for attempt in preflight.attempts],
        "timings": preflight.timings,
    }


def _reason(
    params: Mapping[str, Any], preflight: Exchange, get: Exchange | None
) -> tuple[str, str]:
    """What a browser would stumble over first. A 5xx without the header comes before all:
    then nobody who knows about CORS has answered, and the origin settings say nothing."""
    for answer in (preflight, get):
        if answer is not None and answer.status is None:
            return "unreachable", f"{answer.request.method} got no answer: {answer.problem}"
    for answer in (preflight, get):
        if answer is not None and _is_masked(answer):
            return "masked_by_5xx", (
                f"{answer.request.method} answered {answer.status} without CORS headers, so the "
                "browser reports CORS for what is a server failure"
            )
    return (
        _origin_problem(params["origin"], preflight)
        or _method_problem(params["request_method"], preflight)
        or _header_problem(_announced(params), preflight)
        or _status_problem(preflight)
        or (_origin_problem(params["origin"], get) if get else None)
        or _credentials_problem(params, preflight, get)
        or ("allowed", "allowed")
    )


def _is_masked(answer: Exchange) -> bool:
    """501 is left out: a healthy server that does not know OPTIONS says it."""
    has_header = answer.header("access-control-allow-origin") is not None
    return (answer.status or 0) >= 500 and answer.status != 501 and not has_header


def _origin_problem(origin: str, answer: Exchange) -> tuple[str, str] | None:
    allowed = answer.header("access-control-allow-origin")
    asked = f"{answer.request.method} answered {answer.status}"
    if allowed is None and _speaks_cors(answer):
        return "origin_not_allowed", f"{asked}: the server knows CORS but not this origin"
    if allowed is None:
        return "no_cors_headers", f"{asked} without any CORS header"
    if allowed.strip() not in ("*", origin):
        return "origin_not_allowed", f"{asked} and allows {allowed} instead"
    return None


def _speaks_cors(answer: Exchange) -> bool:
    """Other CORS headers, or `Vary: Origin`, come only from code that weighed the origin."""
    varies = {word.strip().lower() for word in (answer.header("vary") or "").split(",")}
    return "origin" in varies or any(answer.header(name) is not None for name in _SPEAKS_CORS)


def _credentials_problem(
    params: Mapping[str, Any], *answers: Exchange | None
) -> tuple[str, str] | None:
    """A call with cookies needs the origin by name, and leave to carry them (Fetch standard)."""
    if "cookie" not in (name.lower() for name in _secret_names(params)):
        return None
    for answer in filter(None, answers):
        asked = f"{answer.request.method} answered {answer.status}"
        if (answer.header("access-control-allow-origin") or "").strip() == "*":
            return "credentials_not_allowed", f"{asked} and allows any origin, but without cookies"
        if answer.header("access-control-allow-credentials") != "true":
            return "credentials_not_allowed", f"{asked} and does not allow cookies"
    return None


def _method_problem(method: str, preflight: Exchange) -> tuple[str, str] | None:
    allowed = _listed(preflight, "access-control-allow-methods")
    if method in _SAFE_METHODS or "*" in allowed or method.lower() in allowed:
        return None
    return "method_not_allowed", f"{method} is not among the allowed methods"


def _header_problem(wanted: list[str], preflight: Exchange) -> tuple[str, str] | None:
    allowed = _listed(preflight, "access-control-allow-headers")
    for name in (each.lower() for each in wanted):
        # The star never covers Authorization (Fetch standard).
        by_star = "*" in allowed and name != "authorization"
        if name not in _SAFE_HEADERS and name not in allowed and not by_star:
            return "header_not_allowed", f"the request header {name} is not allowed"
    return None


def _status_problem(preflight: Exchange) -> tuple[str, str] | None:
    if 200 <= (preflight.status or 0) <= 299:
        return None
    return "preflight_refused", f"OPTIONS answered {preflight.status}; a browser wants 2xx"


def _listed(answer: Exchange, header: str) -> set[str]:
    return {word.strip().lower() for word in (answer.header(header) or "").split(",")}


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    for name in params["request_headers"]:
        if "${" not in name and not HEADER_NAME.fullmatch(name):
            yield Complaint(field="request_headers", message=f"{name!r} is not a header name")
    yield from secret_headers.check(params)


KIND = Kind(
    name="cors_preflight",
    title="CORS preflight",
    help="Asks as a browser would before a cross-origin call, then with GET, and says what it "
    "would report as CORS.",
    params=(
        Param(name="url", type="url", required=True),
        Param(name="origin", type="origin", required=True, help="Where the page comes from."),
        Param(
            name="request_method",
            type="choice",
            choices=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            default="GET",
        ),
        Param(name="request_headers", type="text", multiple=True, help="Names only."),
        secret_headers.PARAM,
        Param(name="follow_up_get", type="boolean", default=True, help="Then GET, with Origin."),
        Param(name="verify_tls", type="boolean", default=True),
    ),
    reasons=reasons(
        ok=("allowed",),
        critical=(
            "masked_by_5xx",
            "origin_not_allowed",
            "no_cors_headers",
            "method_not_allowed",
            "header_not_allowed",
            "credentials_not_allowed",
            "preflight_refused",
            "unreachable",
        ),
        unknown=("resolver_unavailable",),
    ),
    look=look,
    cost_s=0.5,
    check=_check,
    facts={
        "url": "The address that was asked.",
        "origin": "The origin that asked, as a browser would.",
        "preflight_status": "The status of the answer to OPTIONS.",
        "acao": "Access-Control-Allow-Origin of the preflight.",
        "acam": "Access-Control-Allow-Methods of the preflight.",
        "acah": "Access-Control-Allow-Headers of the preflight.",
        "acac": "Access-Control-Allow-Credentials of the preflight.",
        "get_status": "The status of the answer to GET.",
        "get_acao": "Access-Control-Allow-Origin of the answer to GET.",
        "server_header": "Who answered: behind a proxy that fails it is the proxy.",
        "error": "The reason code of a request that got no answer.",
        "problem": "What went wrong, in the client's words.",
        "peer_ip": "The address that was connected to.",
        "addresses": "One entry per address of the name: how connecting to it ended.",
        "timings": "Seconds per phase and in all.",
    },
    example={"url": "http://localhost:8000/api/me", "origin": "http://localhost:5173"},
)
