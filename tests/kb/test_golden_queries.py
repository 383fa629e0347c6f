"""What people paste, and the guide and cause that must come first: with the starter guides."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import translation

from kb import index
from kb.matching import analyse
from kb.models import Guide
from kb.services import diagnose, find_fixes
from kb.services.guides.starter import load_starter

CORS = (
    "Access to XMLHttpRequest at 'https://api.hakwonplus.com/api/v1/items' from origin "
    "'https://hakwonplus.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' "
    "header is present on the requested resource."
)
BAD_GATEWAY = "GET https://api.hakwonplus.com/api/v1/items 502 (Bad Gateway)"


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The starter guides, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_starter()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_english(starter: None, db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


def guides(text: str) -> list[str]:
    slugs = dict(Guide.objects.values_list("pk", "slug"))
    return [slugs[match.guide_id] for match in index.find(analyse(text)).matches]


def causes(text: str) -> list[str]:
    return [ranked.cause.key for ranked in diagnose(find_fixes(text)).causes]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("net::ERR_CONNECTION_REFUSED http://localhost:8000", "connection"),
        ("서버 접속 불가", "connection"),
        ("접속이 안돼요", "connection"),
        ("사이트에 연결할 수 없음", "connection"),
        ("ERR_CONNECTION_TIMED_OUT", "connection"),
        ("[Errno 98] address already in use", "connection"),
        ("포트 점유", "connection"),
        ("404 Not Found", "connection"),
        ("Exited (1)", "connection"),
        ("Restarting", "connection"),
        ("ModuleNotFoundError: No module named 'jwt'", "ai-api"),
        ('Error loading ASGI app. Could not import module "main"', "ai-api"),
        (":8001/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED", "ai-api"),
        (f"{CORS}\n{BAD_GATEWAY}", "cors-502"),
        (CORS, "cors-502"),
        ("502 (Bad Gateway)", "cors-502"),
        ("preflight doesn't pass access control check", "cors-502"),
    ],
)
def test_the_right_guide_is_first_and_strong(text: str, first: str) -> None:
    best = index.find(analyse(text)).matches[0]

    assert guides(text)[0] == first
    assert best.strength == "strong"


def test_the_guide_of_another_port_follows_the_guide_of_this_port() -> None:
    text = ":8001/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED"

    assert guides(text) == ["ai-api", "connection"]
    assert guides(text.replace("8001", "8000"))[0] == "connection"
    assert guides(text.replace("8001", "3000"))[0] == "connection"


def test_a_refusal_in_korean_is_known_to_both_guides_and_not_to_the_proxy_one() -> None:
    assert set(guides("원격 서버에 연결할 수 없습니다")) == {"connection", "ai-api"}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("net::ERR_CONNECTION_REFUSED http://localhost:8000", "connection/not-running"),
        ("[Errno 98] address already in use", "connection/port-held"),
        ("포트 점유", "connection/port-held"),
        ("ModuleNotFoundError: No module named 'jwt'", "ai-api/missing-module"),
        (
            'Error loading ASGI app. Could not import module "main"',
            "ai-api/wrong-directory",
        ),
        ("404 Not Found", "connection/no-route"),
        ("Exited (1)", "connection/crashed"),
        ("Restarting", "connection/crashed"),
        (f"{CORS}\n{BAD_GATEWAY}", "cors-502/infrastructure"),
        (f"{CORS}\nnet::ERR_FAILED 200 (OK)", "cors-502/origin-not-allowed"),
    ],
)
def test_the_right_cause_is_first(text: str, first: str) -> None:
    assert causes(text)[0] == first


def test_a_timeout_is_a_firewall_or_a_stuck_process_and_not_a_stopped_server() -> None:
    ranked = causes("ERR_CONNECTION_TIMED_OUT")

    assert set(ranked[:2]) == {"connection/filtered", "connection/hung"}
    assert "connection/not-running" not in ranked[:3]


@pytest.mark.parametrize(
    "text",
    [
        "disk full",
        "No space left on device",
        "로그인 비밀번호 분실",
        "로그인이 안 돼요",
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        "Error: connect ECONNREFUSED 127.0.0.1:6379",
        "Kafka broker not available: localhost:9092 connection refused",
        "ssh: connect to host 10.0.0.1 port 22: Connection refused",
        "Refused to connect to 'http://localhost:8000/' because it violates the following Content "
        "Security Policy directive: \"connect-src 'self'\".",
        "curl: (60) SSL certificate problem: certificate has expired",
        "getaddrinfo ENOTFOUND api.example.com",
        "mysql: Too many connections",
        "401 Unauthorized: invalid token",
        "HTTP 429 Too Many Requests",
        "git push rejected (non-fast-forward)",
        "프린터가 인쇄를 안 해요",
        "VPN 접속 방법 알려주세요",
        "서버 디스크 용량 부족",
        "회의실 예약 서버 점검 일정",
        '127.0.0.1 - - [10/Oct/2025:13:55:36] "GET /index.html HTTP/1.1" 200 2326',
        "http://localhost:8000",
        "서버",
        "error",
    ],
)
def test_nothing_is_known_about_other_problems(text: str) -> None:
    assert guides(text) == []


def test_the_error_is_found_in_a_long_log() -> None:
    noise = [
        f"2025-06-17 10:{n // 60:02d}:{n % 60:02d} INFO [worker-{n % 7}] GET /api/items/{n} "
        f"200 in {n % 90}ms user={n * 7919:x}"
        for n in range(1500)
    ]
    log = "\n".join([*noise[:1200], "ModuleNotFoundError: No module named 'jwt'", *noise[1200:]])

    analysis = analyse(log)
    best = index.find(analysis).matches[0]

    assert guides(log)[0] == "ai-api"
    assert analysis.truncated
    assert analysis.text[slice(*best.symptoms[0].span)].endswith("No module named 'jwt'")


def test_contributions_sum_to_the_score_for_every_guide() -> None:
    for text in (CORS, "ERR_CONNECTION_REFUSED on :8001", "redis Connection refused 6379"):
        found = index.find(analyse(text))
        for match in (*found.matches, *found.weak):
            assert sum(part.amount for part in (*match.why, *match.against)) == match.score
