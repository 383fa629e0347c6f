"""http: what does this URL answer, and is it what was expected?"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from probes.engine.errors import CannotLook, Complaint
from probes.engine.expect_answer import (
    EXPECT_STATUS,
    is_expected_status,
    json_differences,
    json_values,
    matches,
    missing_headers,
)
from probes.engine.network import secret_headers
from probes.engine.network.http_client import Exchange, Request, exchange
from probes.engine.outcomes import SAYS
from probes.engine.redact import redact, strip_controls
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy
from probes.engine.values import FRAMING_HEADERS, HEADER_NAME, read_value

MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_EXCERPT = 1000
_TELLING_HEADERS = re.compile(
    r"server|via|content-(?:type|length|encoding)|location|retry-after|vary|allow|upgrade"
    r"|x-powered-by|x-cache|access-control-.*"
)
# Codecs that take linear time; Python knows others that a server could make slow.
_CHARSETS = re.compile(
    r"utf-?(?:8|16)|us-ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|euc-(?:kr|jp)|cp949|ks_c_5601-1987"
    r"|shift_jis|gbk|gb2312|gb18030|big5"
)
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    request = Request(
        url=params["url"],
        method=params["method"],
        headers=request_headers(params),
        secret_headers=secret_headers.secret_headers_of(params, policy=policy),
        verify_tls=params["verify_tls"],
    )
    passed: list[dict[str, Any]] = []
    done = await _ask(request, passed, policy, deadline)
    while (onward := _onward(params, done)) and len(passed) < MAX_REDIRECTS:
        passed.append({"url": done.request.url, "status": done.status})
        done = await _ask(onward, passed, policy, deadline)
    facts = facts_of(done) | {"redirects": passed}
    if onward:
        summary = f"{request.url} redirects more than {MAX_REDIRECTS} times"
        return Observation(reason_code="too_many_redirects", facts=facts, summary=summary)
    return judge_answer(params, done, facts)


async def _ask(
    request: Request, passed: list[dict[str, Any]], policy: Policy, deadline: float
) -> Exchange:
    try:
        return await exchange(request, policy=policy, deadline=deadline)
    except CannotLook as reason:
        if not passed:
            raise
        came_from = f"{passed[-1]['url']} redirects to {request.url}: "
        raise CannotLook(reason.reason_code, came_from + str(reason)) from None


def request_headers(params: Mapping[str, Any]) -> dict[str, str]:
    headers = {name: str(value) for name, value in (params["headers"] or {}).items()}
    return headers | ({"Origin": params["origin"]} if params["origin"] else {})


def _onward(params: Mapping[str, Any], done: Exchange) -> Request | None:
    """The request a redirect leads to; None when there is none, or it is what was expected."""
    if done.failure or done.status not in _REDIRECTS or not params["follow_redirects"]:
        return None
    location = done.header("location")
    if location is None or done.status in params["expect_status"]:
        return None
    try:
        url = read_value(_URL, urljoin(done.request.url, location))
    except ValueError as error:
        done.fail("bad_response", f"redirects to {_shown(location, 200)!r}, which {error}")
        return None
    if _same_origin(done.request.url, url):
        return replace(done.request, url=url)
    # Once elsewhere, nothing of it comes back either: the next request has none to keep.
    return replace(done.request, url=url, headers={}, secret_headers={})


def _same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc) == (second.scheme, second.netloc)


def facts_of(done: Exchange) -> dict[str, Any]:
    headers = {name: value for name, value in done.headers if _TELLING_HEADERS.fullmatch(name)}
    return {
        "url": done.request.url,
        "method": done.request.method,
        "status": done.status,
        "headers": {name: _shown(value, 300) for name, value in list(headers.items())[:30]},
        "server": done.header("server"),
        "content_type": done.header("content-type"),
        "body_excerpt": _shown(body_text(done), _EXCERPT),
        "body_bytes": len(done.body),
        "body_is_cut": done.is_cut,
        "phase": done.phase,
        "timings": done.timings,
        "peer_ip": done.peer_ip or None,
        "addresses": [attempt.facts for attempt in done.attempts],
        "tls_expiry": done.tls_expiry,
        "problem": done.problem or None,
    }


def _shown(text: str, longest: int) -> str:
    """Masked before it is cut: a part of a secret no longer looks like one."""
    if len(text) <= longest:
        return text
    # Four times as much is enough to see where the last secret ends, and a long body costs.
    return redact(text[: 4 * longest]).text[:longest]


def body_text(done: Exchange) -> str:
    """The body as text; empty when it is none."""
    return _text_of(done.body, done.header("content-type") or "")


# Asked three times for each answer, and most checks see the same body again and again.
@functools.lru_cache(maxsize=64)
def _text_of(body: bytes, content_type: str) -> str:
    if b"\0" in body[:1000]:
        return ""
    named = re.search(r"charset=[\"']?([\w.-]{1,40})", content_type.lower())
    charset = named.group(1) if named and _CHARSETS.fullmatch(named.group(1)) else "utf-8"
    return strip_controls(body.decode(charset, errors="replace"))


def judge_answer(params: Mapping[str, Any], done: Exchange, facts: dict[str, Any]) -> Observation:
    """The first thing that is not as expected, in this order: transport, status, header, body."""
    asked = f"{done.request.method} {done.request.url}"
    if done.failure:
        words = SAYS.get(done.failure) or f"failed: {done.problem}"
        return _seen(done.failure, facts, f"{asked} {words}", done)
    if not is_expected_status(params["expect_status"], done.status or 0):
        wanted = " or ".join(map(str, params["expect_status"])) or "200 to 399"
        return _seen("wrong_status", facts, f"{asked} answered {done.status}, not {wanted}", done)
    if problems := _header_problems(params["expect_header"] or {}, done):
        summary = f"{asked} answered {done.status}, but {'; '.join(problems)}"
        return _seen("header_missing", facts | {"differences": problems}, summary, done)
    return _judge_body(params, done, facts, asked)


def _header_problems(expected: Mapping[str, Any], done: Exchange) -> list[str]:
    if not expected:
        return []
    return missing_headers(expected, {name: done.header(name) or "" for name, _ in done.headers})


def _judge_body(
    params: Mapping[str, Any], done: Exchange, facts: dict[str, Any], asked: str
) -> Observation:
    text, wanted = body_text(done), params["expect_json"] or {}
    values = json_values(text, wanted) if wanted else {}
    problems = json_differences(wanted, values)
    pattern = params["expect_body_regex"]
    if pattern and not matches(pattern, text):
        problems.append(f"the body does not match {pattern!r}")
    if problems and done.is_cut:
        raise CannotLook(
            "body_too_large",
            f"{asked} answered {done.status}, but only the first {len(done.body)} bytes are read "
            "and what was expected is not in them",
        )
    facts = facts | ({"json": values} if wanted else {})
    if problems:
        summary = f"{asked} answered {done.status}, but {'; '.join(problems)}"
        return _seen("body_mismatch", facts | {"differences": problems}, summary, done)
    took = done.timings["total_s"]
    return _seen("as_expected", facts, f"{asked} answered {done.status} in {took:.3f} s", done)


def _seen(code: str, facts: dict[str, Any], summary: str, done: Exchange) -> Observation:
    return Observation(
        reason_code=code,
        facts=facts,
        summary=summary,
        output=_shown(body_text(done), 4 * _EXCERPT),
    )


def check_headers(headers: Mapping[str, Any]) -> Iterable[Complaint]:
    """Definitions are read by many people, so they hold no secrets; framing is the client's."""
    for name, value in headers.items():
        if not str(value).isascii():
            yield Complaint(field="headers", message=f"the value of {name} must be ASCII")
        if name.lower() in _SECRET_HEADERS:
            yield Complaint(
                field="headers", message=f"{name} holds a secret; name it in secret_headers"
            )
        elif name.lower() in FRAMING_HEADERS or not HEADER_NAME.fullmatch(name):
            yield Complaint(field="headers", message=f"{name!r} cannot be set")


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    headers = params["headers"] or {}
    if isinstance(headers, Mapping):
        yield from check_headers(headers)
    yield from secret_headers.check(params)


_URL = Param(name="url", type="url", required=True, help="http or https, with host and port.")

KIND = Kind(
    name="http",
    title="HTTP request",
    help="Asks a URL with GET, HEAD or OPTIONS and compares what it answers.",
    params=(
        _URL,
        Param(name="method", type="choice", choices=("GET", "HEAD", "OPTIONS"), default="GET"),
        Param(name="headers", type="mapping", help="Sent along; never secrets."),
        secret_headers.PARAM,
        Param(name="origin", type="origin", help="Sent as Origin, as a browser would."),
        EXPECT_STATUS,
        Param(name="expect_json", type="mapping", help="Dotted path and the value it must have."),
        Param(name="expect_body_regex", type="pattern", help="RE2, found anywhere in the body."),
        Param(name="expect_header", type="mapping", help="Header and value; empty: any value."),
        Param(name="verify_tls", type="boolean", default=True),
        Param(name="follow_redirects", type="boolean", default=True, help="At most three."),
    ),
    reasons=reasons(
        ok=("as_expected",),
        critical=(
            "wrong_status",
            "header_missing",
            "body_mismatch",
            "refused",
            "timed_out_connect",
            "timed_out_ttfb",
            "timed_out_body",
            "reset",
            "no_route",
            "dns_failed",
            "tls_failed",
            "bad_response",
            "too_many_redirects",
        ),
        unknown=("resolver_unavailable", "body_too_large"),
    ),
    look=look,
    cost_s=0.3,
    check=_check,
    facts={
        "url": "The last address that was asked, after redirects.",
        "method": "The method that was sent.",
        "status": "The HTTP status; nothing when no answer came.",
        "headers": "The headers that tell something about server, proxy or CORS.",
        "server": "The Server header: behind a proxy it is often the proxy's.",
        "content_type": "The Content-Type header.",
        "body_excerpt": "The beginning of the body, as text.",
        "body_bytes": "How much of the body was read.",
        "body_is_cut": "Whether the body is longer than what was read.",
        "phase": "How far it came: dns, connect, tls, ttfb, body.",
        "timings": "Seconds per phase and in all.",
        "peer_ip": "The address that was connected to.",
        "addresses": "One entry per address of the name: how connecting to it ended.",
        "tls_expiry": "When the server's certificate ends.",
        "problem": "What went wrong, in the client's words.",
        "redirects": "The addresses that led here, with their statuses.",
        "json": "The values found at the expected paths.",
        "differences": "Everything that is not as expected.",
    },
    example={
        "url": "http://localhost:8000/health",
        "expect_status": [200],
        "expect_json": {"status": "OK"},
    },
)
