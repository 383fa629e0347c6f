"""Secret headers: named in the definition, sent to one origin only, never read back."""

import asyncio
import base64
import html
import json
import ssl
from typing import Any
from urllib.parse import quote

import pytest

from probes.engine.errors import CannotLook, InvalidParams
from probes.engine.guard import Address
from probes.engine.network.secret_headers import check_where_sent
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import head_of, response, run, serving

PASSWORD = "correct horse/battery+staple"
BASIC = "Basic " + base64.b64encode(f"monitor:{PASSWORD}".encode()).decode()
TOKEN = "tok-5f2c9e71aa"


@pytest.fixture
def policy() -> Policy:
    return Policy.read(
        networks=["127.0.0.0/8", "::1/128"],
        secrets={"basic": BASIC, "token": TOKEN, "cookie": "sid=a1b2c3d4e5; lang=ko"},
    )


class Echo:
    """A server that notes each request's head and answers with what `say` makes of it."""

    def __init__(self, say: Any = lambda head: head) -> None:
        self.heads: list[str] = []
        self.say = say

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await head_of(reader)).decode("latin-1")
        self.heads.append(head)
        lines = head.lower().split("\r\n")
        via = next((line for line in lines if line.startswith("authorization")), "none")
        answer = self.say(head)
        writer.write(
            answer
            if isinstance(answer, bytes)
            else response(
                200, answer.encode(), {"Access-Control-Allow-Origin": "*", "X-Powered-By": via}
            )
        )
        await writer.drain()


async def ask(kind: str, port: int, policy: Policy, **params: Any) -> Any:
    return await run(kind, policy=policy, url=f"http://127.0.0.1:{port}/", **params)


@pytest.mark.parametrize(
    "extra",
    [{"kind": "http"}, {"kind": "http_timing", "samples": 1}, {"kind": "cors_preflight"}],
    ids=lambda extra: extra["kind"],
)
async def test_each_kind_sends_the_value_and_shows_none_of_it(
    policy: Policy, extra: dict[str, Any]
) -> None:
    echo = Echo()
    params = {name: value for name, value in extra.items() if name != "kind"}
    if extra["kind"] == "cors_preflight":
        params["origin"] = "http://localhost:5173"
    async with serving(echo) as port:
        result = await ask(
            extra["kind"], port, policy, secret_headers={"Authorization": "basic"}, **params
        )

    assert f"authorization: {BASIC}" in echo.heads[-1]
    assert result.status in (Status.OK, Status.CRITICAL)
    assert BASIC.split()[1] not in str(result)


@pytest.mark.parametrize(
    "written",
    [
        BASIC,
        BASIC.split()[1],
        f"monitor:{PASSWORD}",
        f"hello monitor, your word is {PASSWORD}.",
        quote(PASSWORD, safe=""),
        f"?auth={quote(BASIC)}",
        html.escape(f"<b>{PASSWORD}</b>"),
        json.dumps({"authorization": BASIC, "seen": PASSWORD}),
        base64.b64encode(PASSWORD.encode()).decode(),
        ("x" * 990) + PASSWORD,
        ("x" * 3990) + BASIC,
    ],
    ids=["whole", "token", "decoded", "password", "url", "query", "html", "json", "base64",
         "cut-in-the-excerpt", "cut-in-the-output"],
)  # fmt: skip
async def test_an_echo_in_any_plain_encoding_is_masked(policy: Policy, written: str) -> None:
    async with serving(Echo(lambda head: written)) as port:
        result = await ask(
            "http",
            port,
            policy,
            secret_headers={"Authorization": "basic"},
            expect_json={"seen": "x", "authorization": "y"},
        )

    shown = str(result)
    assert result.facts["status"] == 200
    for piece in (BASIC.split()[1][:12], PASSWORD[:9], quote(PASSWORD)[:9], "monitor:"):
        assert piece not in shown


async def test_an_echo_in_another_charset_is_masked(policy: Policy) -> None:
    body = f"you sent {BASIC}".encode("utf-16")
    answer = response(200, body, {"Content-Type": "text/plain; charset=utf-16"})
    async with serving(Echo(lambda head: answer)) as port:
        result = await ask("http", port, policy, secret_headers={"Authorization": "basic"})

    assert result.reason_code == "as_expected"
    assert BASIC.split()[1][:12] not in str(result).replace("\\x00", "")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nAuthorization " + BASIC.encode() + b"\r\n\r\n",
        b"you sent " + BASIC.encode() + b"\r\n\r\n",
        response(302, b"", {"Location": f"http://[{BASIC}"}),
        response(302, b"", {"Location": f"/?token={quote(BASIC)}"}),
    ],
    ids=["bad-header", "no-http", "bad-redirect", "redirect"],
)
async def test_an_answer_that_cannot_be_used_gives_nothing_away(
    policy: Policy, answer: bytes
) -> None:
    async with serving(Echo(lambda head: answer)) as port:
        result = await ask("http", port, policy, secret_headers={"Authorization": "basic"})

    assert result.status is Status.CRITICAL
    assert BASIC.split()[1][:12] not in str(result)
    assert "monitor" not in str(result)


async def test_a_cookie_is_sent_and_masked_without_its_name_too(policy: Policy) -> None:
    echo = Echo(lambda head: "session a1b2c3d4e5 is known")
    async with serving(echo) as port:
        result = await ask("http", port, policy, secret_headers={"Cookie": "cookie"})

    assert "cookie: sid=a1b2c3d4e5; lang=ko" in echo.heads[0]
    assert "a1b2c3d4e5" not in str(result)


async def test_no_secret_follows_a_redirect_to_another_origin_or_back(policy: Policy) -> None:
    home = Echo()
    async with serving(home) as port:
        away = Echo(lambda head: response(302, b"", {"Location": f"http://127.0.0.1:{port}/again"}))
        async with serving(away) as other:
            moved = response(302, b"", {"Location": f"http://127.0.0.1:{other}/"})
            home.say = lambda head: moved if head.startswith("GET / ") else "done"
            await ask("http", port, policy, secret_headers={"X-Api-Key": "token"})

    assert [TOKEN in head for head in home.heads] == [True, False]
    assert [TOKEN in head for head in away.heads] == [False]


async def test_a_secret_follows_a_redirect_within_its_origin(policy: Policy) -> None:
    echo = Echo()
    echo.say = lambda head: (
        response(302, b"", {"Location": "/in"}) if head.startswith("GET / ") else "done"
    )
    async with serving(echo) as port:
        await ask("http", port, policy, secret_headers={"X-Api-Key": "token"})

    assert [TOKEN in head for head in echo.heads] == [True, True]


async def test_a_preflight_carries_no_secret_but_announces_its_header(policy: Policy) -> None:
    echo = Echo()
    async with serving(echo) as port:
        result = await ask(
            "cors_preflight",
            port,
            policy,
            origin="http://localhost:5173",
            secret_headers={"X-Api-Key": "token", "Cookie": "cookie"},
        )

    preflight, get = echo.heads
    assert "access-control-request-headers: x-api-key\r\n" in preflight
    assert TOKEN not in preflight and "sid=" not in preflight
    assert TOKEN in get
    assert result.reason_code == "header_not_allowed"


@pytest.mark.parametrize(
    ("headers", "reason_code"),
    [
        ({"Access-Control-Allow-Origin": "*"}, "credentials_not_allowed"),
        ({"Access-Control-Allow-Origin": "http://localhost:5173"}, "credentials_not_allowed"),
        (
            {
                "Access-Control-Allow-Origin": "http://localhost:5173",
                "Access-Control-Allow-Credentials": "true",
            },
            "allowed",
        ),
    ],
    ids=["star", "no-credentials", "both"],
)
async def test_a_call_with_cookies_is_judged_as_a_browser_would(
    policy: Policy, headers: dict[str, str], reason_code: str
) -> None:
    async with serving(Echo(lambda head: response(200, b"", headers))) as port:
        result = await ask(
            "cors_preflight",
            port,
            policy,
            origin="http://localhost:5173",
            secret_headers={"Cookie": "cookie"},
        )

    assert result.reason_code == reason_code


def test_a_secret_leaves_this_host_only_over_verified_https() -> None:
    here = [Address(family=2, ip="127.0.0.1", port=80), Address(family=10, ip="::1", port=80)]
    mapped = [Address(family=10, ip="::ffff:127.0.0.1", port=80)]
    away = [Address(family=2, ip="10.0.0.1", port=80)]

    check_where_sent("http://a/", here, verify_tls=True)
    check_where_sent("http://a/", mapped, verify_tls=True)
    check_where_sent("https://a/", away, verify_tls=True)
    for url, addresses, verify_tls in (
        ("http://a/", away, True),
        ("http://a/", here + away, True),
        ("https://a/", away, False),
    ):
        with pytest.raises(CannotLook, match="only over https with a verified certificate"):
            check_where_sent(url, addresses, verify_tls=verify_tls)


async def test_plain_http_to_another_host_is_refused_before_connecting() -> None:
    anywhere = Policy.read(networks=["10.0.0.0/8"], secrets={"token": TOKEN})

    result = await run(
        "http", policy=anywhere, url="http://10.0.0.1/", secret_headers={"X-Api-Key": "token"}
    )

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")
    assert "use https" in result.summary
    assert result.elapsed_s < 0.5


async def test_an_unverified_server_on_https_gets_no_secret(
    policy: Policy, certificate: Any
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    echo = Echo()
    async with serving(echo, tls=tls) as port:
        result = await run(
            "http",
            policy=policy,
            url=f"https://127.0.0.1:{port}/",
            secret_headers={"X-Api-Key": "token"},
        )

    assert result.reason_code == "tls_failed"
    assert echo.heads == []


@pytest.mark.parametrize(
    ("secrets", "named"),
    [
        ({}, "gone"),
        ({"x": "abc"}, "x"),
        ({"x": "first\r\nX-Injected: yes"}, "x"),
        ({"x": "비밀번호입니다"}, "x"),
    ],
    ids=["missing", "short", "line-break", "not-ascii"],
)
async def test_a_secret_that_cannot_be_sent_is_unknown_and_not_said(
    closed_port: int, secrets: dict[str, str], named: str
) -> None:
    here = Policy.read(networks=["127.0.0.0/8"], secrets=secrets)

    result = await ask("http", closed_port, here, secret_headers={"X-Api-Key": named})

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "secret_missing")
    assert named in result.summary
    assert not any(value in str(result) for value in secrets.values())


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"secret_headers": {"Transfer-Encoding": "token"}}, "cannot be set"),
        ({"secret_headers": {"Host": "token"}}, "cannot be set"),
        ({"secret_headers": {"Authorization": "Bearer abc def"}}, "must be a name"),
        ({"secret_headers": {"X-A": "token"}, "headers": {"x-a": "1"}}, "headers too"),
        ({"secret_headers": "${headers}"}, "without a placeholder"),
        ({"secret_headers": {"X-A": "${secret}"}}, "must be a name"),
        ({"secret_headers": {"X-A": "token"}, "url": "http://${host}/"}, "is a placeholder"),
        ({"secret_headers": {"X-A": "token"}, "url": "${url}"}, "is a placeholder"),
    ],
)
def test_a_definition_names_secrets_and_leaves_no_choice_to_a_paste(
    params: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidParams, match=says):
        validate("http", {"url": "http://a/", **params}, placeholders=True)


def test_a_placeholder_in_the_path_may_stand_beside_a_secret() -> None:
    params = {"url": "https://a/${path}", "secret_headers": {"X-A": "token"}}

    assert validate("http", params, placeholders=True)["secret_headers"] == {"X-A": "token"}


async def test_a_secret_of_bytes_that_are_no_text_stops_no_run() -> None:
    here = Policy.read(networks=["127.0.0.0/8"], secrets={"odd": "\udcff\udcfe-not-utf8"})

    async with serving(Echo()) as port:
        answered = await ask("http", port, here)
        refused = await ask("http", port, here, secret_headers={"X-Api-Key": "odd"})

    assert answered.reason_code == "as_expected"
    assert refused.reason_code == "secret_missing"
