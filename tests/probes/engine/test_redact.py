"""Redaction: secrets never survive, what tells causes apart always does."""

import errno
import string
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from probes.engine.redact import redact, strip_controls
from probes.engine.redact_patterns import RULES, may_hold_a_secret

EASY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LETTERS = string.ascii_letters + string.digits
SECRETS = st.text(LETTERS, min_size=10, max_size=40).map(lambda text: f"Zq9{text}")
HOSTS = st.sampled_from(
    ["localhost", "127.0.0.1", "10.0.3.17", "db.internal", "api.hakwonplus.com", "[::1]"]
)
PORTS = st.integers(1, 65535)

CARRIERS = [
    "password={}",
    "DB_PASSWORD={}",
    'password: "{}"',
    "JWT_SECRET_KEY='{}'",
    '{{"token": "{}", "port": 8000}}',
    '{{\\"api_key\\": \\"{}\\", \\"port\\": 8000}}',
    "?access_token={}&port=8000",
    "Authorization: Bearer {}",
    "authorization: {}",
    "-H 'Authorization: Basic {}' http://localhost:8000/",
    "Cookie: sessionid={}; csrftoken={}",
    "Set-Cookie: sid={}; Path=/",
    "postgresql://app:{}@db.internal:5432/x",
    "redis://:{}@localhost:6379/0",
    "mysql+pymysql://root:{}@127.0.0.1:3306/x",
    "Server=db;Password={};Port=5432",
    "host=db password={} port=5432",
    "curl -u admin:{} http://localhost:8000/",
    "login --password {} --port 8000",
    "--token={}",
    "x-api-key: {}",
    "AWS_SECRET_ACCESS_KEY={}",
    "ghp_{}abcdefghij",
    "sk-{}abcdef",
    "AccountKey={};EndpointSuffix=x",
    "<password>{}</password>",
    "비밀번호: {}",
    "ALTER USER app IDENTIFIED BY '{}'",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n{}\n",
    "eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}",
    "{}@example.com",
]


@pytest.mark.parametrize("carrier", CARRIERS)
@settings(EASY, max_examples=25)
@given(secret=SECRETS, host=HOSTS, port=PORTS)
def test_secret_never_survives_and_what_stands_beside_it_does(
    carrier: str, secret: str, host: str, port: int
) -> None:
    beside = f"http://{host}:{port}/health"
    text = f"see {beside} then\n{carrier.replace('{}', secret).replace('{{', '{').replace('}}', '}')}\nand {beside}"

    redacted = redact(text)

    assert secret not in redacted.text
    assert sum(redacted.counts.values()) >= 1
    assert redacted.text.count(beside) == 2
    assert redact(redacted.text).text == redacted.text


NUMBERS = sorted(errno.errorcode)
WORDS = st.sampled_from(
    ["Connection", "failed", "서버", "to", "the", "app.main:app", "/srv/app.py"]
)
EVIDENCE = st.one_of(
    st.builds("http://{}:{}/".format, HOSTS, PORTS),
    st.builds("{}:{}".format, HOSTS, PORTS),
    st.builds("port {}".format, PORTS),
    st.sampled_from(NUMBERS).map(lambda number: f"[Errno {number}]"),
    st.sampled_from(sorted(errno.errorcode.values())),
    st.sampled_from(
        [
            "ERR_CONNECTION_REFUSED",
            "ERR_CONNECTION_TIMED_OUT",
            "net::ERR_NAME_NOT_RESOLVED",
            "ModuleNotFoundError: No module named 'jwt'",
            "KeyError: 'JWT_SECRET_KEY'",
            "sqlstate 42P01",
            "502 (Bad Gateway)",
            "Access-Control-Allow-Credentials: true",
            "credentials: 'include'",
            "PWD=/srv/app",
            "max_tokens=4096",
            "/var/run/secrets.d/app.log",
            "3f2a9c81d4e7",
        ]
    ),
)


@EASY
@given(st.lists(WORDS | EVIDENCE, min_size=1, max_size=12).map(" ".join))
def test_evidence_survives_untouched(text: str) -> None:
    assert redact(text).text == text


@EASY
@given(st.sampled_from(["password: ", "token=", "secret="]), EVIDENCE)
def test_error_constant_in_place_of_a_secret_is_kept(before: str, evidence: str) -> None:
    text = f"{before}ERR_CONNECTION_REFUSED {evidence}"

    assert redact(text).text == text


def test_every_carrier_passes_the_cheap_test_that_comes_first() -> None:
    for carrier in (*CARRIERS, "AKIAABCDEFGHIJKLMNOP", "SG.{0}.{0}", "npm_{}", "-u a:{}"):
        assert may_hold_a_secret(carrier), carrier


@EASY
@given(st.text(max_size=300))
@example("\ud800 password=\udfff")
@example("password=\\\\\\\"'")
def test_any_text_goes_through_and_twice_is_the_same_as_once(text: str) -> None:
    once = redact(strip_controls(text)).text

    assert redact(once).text == once


@EASY
@given(
    st.lists(
        st.sampled_from(
            ["password", "=", ":", "'", '"', "\\", "@", "://", "a", "9", " ", "&", "Cookie", "[masked:",
             "]", "Authorization", "Bearer", "eyJabcdefgh", ".", "key", "\n", "-u", "--token", "</"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_pieces_in_any_order_are_masked_once_and_for_all(text: str) -> None:
    once = redact(text).text

    assert redact(once).text == once


def test_known_values_are_masked_wherever_they_stand() -> None:
    redacted = redact("got correct-horse in a/correct-horse-battery", known=["correct-horse", "a"])

    assert redacted.text == "got [masked:known] in a/[masked:known]-battery"
    assert redacted.counts == {"known": 2}


@pytest.mark.parametrize(
    "token",
    [
        "AKIAABCDEFGHIJKLMNOP",
        "ghp_0123456789abcdefghijABCDEFGHIJ",
        "github_pat_0123456789abcdefghij",
        "glpat-0123456789abcdefghij",
        "xoxb-0123456789-abcdef",
        "sk-proj-0123456789abcdefghij",
        "sk_live_0123456789abcdef",
        "AIza0123456789abcdefghijABCDEFGHIJ01234",
        "npm_0123456789abcdefghijABCDEFGHIJ0123",
        "hf_0123456789abcdefghijAB",
        "SG.0123456789abcdef.0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_token_that_tells_itself_by_its_beginning_is_masked_alone(token: str) -> None:
    assert token not in redact(token).text
    assert token not in redact(f"failed with {token} at 10.0.0.1:8000").text


@pytest.mark.parametrize(
    "piece",
    [
        "a", "a@b.cc ", "a://b:", "a://b:c", "token=", "token = ", 'password="a ', 'password="a\\',
        "password='a password=\"b ", "\\", "password=\\", "cookie: ", "authorization: ", "eyJabcdef.",
        "-----BEGIN PRIVATE KEY-----", "a.", "\x1b[0", "\x1b]", "&a", ")", "[", "<password>", "-u a:",
        "key=aaaaaaaaaaaaaaaaaaaaaaa", "서버", "=\"",
    ],
)  # fmt: skip
def test_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = "password=" + piece * (length // len(piece))
        started = time.process_time()
        redact(strip_controls(text))
        return time.process_time() - started

    short, long = min(seconds(50_000) for _ in range(2)), seconds(200_000)

    assert long < 2.0
    # Four times the text; quadratic would be sixteen. Small times are all noise.
    assert long < 0.2 or long < 9 * short


def test_terminal_control_and_direction_characters_go() -> None:
    text = "\x1b[1;31mred\x1b[0m\x1b]0;title\x07 a\x00b\u202ec\u200bd\r\nnext\rlast\ttab"

    assert strip_controls(text) == "red abcd\nnext\nlast\ttab"


@EASY
@given(st.text(max_size=200))
def test_no_control_survives(text: str) -> None:
    stripped = strip_controls(text)

    assert not any(ord(c) < 32 and c not in "\n\t" for c in stripped)
    assert "\x1b" not in stripped
    stripped.encode("utf-8")


@pytest.mark.parametrize("carrier", CARRIERS)
def test_hint_of_a_rule_never_keeps_it_from_what_it_would_mask(carrier: str) -> None:
    secret = "Zq9abcdefghijklmnopqrstuvwxyz0123"
    text = carrier.format(secret, secret)

    for told in (text, text.upper(), text.lower(), text.replace("s", "ſ").replace("k", "\u212a")):
        for rule in RULES:
            if rule.pattern.search(told):
                assert rule.hint(told), f"{rule.sort} has a hint that does not fit {told!r}"
