"""What the index finds, and what it refuses to find."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kb import index
from kb.matching import analyse
from kb.models import Guide, IndexedGuide, IndexTerm
from tests.factories import (
    make_cause,
    make_guide,
    make_service,
    make_symptom,
    make_translation,
    reindex,
)

pytestmark = pytest.mark.django_db

PORT = {"port": {"type": "port", "default": 8000, "from": "port"}}
BODY = """
# Server cannot be reached

## The process is not running {#not-running}

Start uvicorn again and look at the listener.

```bash
uvicorn app.main:app --host 0.0.0.0 --port 8000
```

## The firewall drops packets {#filtered}

A timed out connection points at the firewall.
"""


def make_connection_guide(slug: str = "connection", port: int = 8000) -> Guide:
    parameters = {"port": {"type": "port", "default": port, "from": "port"}}
    guide = make_guide(slug, parameters=parameters, body=BODY.replace("8000", str(port)))
    make_cause(guide, "not-running", title="The server is not running", section="not-running")
    make_cause(guide, "filtered", title="A firewall drops the packets", section="filtered")
    make_symptom(
        guide,
        "refused",
        phrases=("ERR_CONNECTION_REFUSED", "Connection refused"),
        suggests={"not-running": "strong"},
    )
    make_symptom(guide, "timed-out", phrases=("ERR_CONNECTION_TIMED_OUT",))
    reindex(guide)
    return guide


def make_cors_guide() -> Guide:
    guide = make_guide("cors-502", title="CORS error with 502 Bad Gateway", body="Look at the ALB.")
    make_symptom(
        guide,
        "cors",
        phrases=("blocked by CORS policy: No 'Access-Control-Allow-Origin' header",),
    )
    make_symptom(guide, "bad-gateway", phrases=("502 (Bad Gateway)",))
    reindex(guide)
    return guide


def find(text: str, **options: object) -> index.Found:
    return index.find(analyse(text), **options)


def slugs(matches: tuple[index.GuideMatch, ...]) -> list[str]:
    names = dict(Guide.objects.values_list("pk", "slug"))
    return [names[match.guide_id] for match in matches]


def test_an_authored_symptom_is_a_strong_match() -> None:
    make_connection_guide()
    make_cors_guide()

    found = find("net::ERR_CONNECTION_REFUSED http://localhost:8000")

    assert slugs(found.matches) == ["connection"]
    assert found.matches[0].strength == "strong"
    assert [hit.slug for hit in found.matches[0].symptoms] == ["refused"]


def test_contributions_sum_to_the_score_and_point_into_the_text() -> None:
    make_connection_guide()
    text = "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"

    (match,) = find(text).matches

    assert sum(part.amount for part in (*match.why, *match.against)) == match.score
    assert all(isinstance(part.amount, int) for part in (*match.why, *match.against))
    symptom = next(part for part in match.why if part.kind == "symptom")
    assert [text[start:end] for start, end in symptom.spans] == ["ERR_CONNECTION_REFUSED"]
    assert [(part.kind, part.label) for part in match.against] == [("port", "8001 ≠ 8000")]


def test_the_port_tells_two_guides_apart() -> None:
    make_connection_guide("web", 8000)
    make_connection_guide("ai", 8001)

    on_8001 = find(":8001/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED")
    on_8000 = find("net::ERR_CONNECTION_REFUSED http://localhost:8000")

    assert slugs(on_8001.matches) == ["ai", "web"]
    assert slugs(on_8000.matches) == ["web", "ai"]


@pytest.mark.parametrize(
    "text",
    [
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        "connect ECONNREFUSED 127.0.0.1:6379 Connection refused",
        'psql: error: connection to server at "localhost", port 5432 failed: Connection refused',
        "Refused to connect to 'http://localhost:8000/' because it violates the following Content "
        "Security Policy directive: \"connect-src 'self'\".",
        "disk full",
        "No space left on device",
        "로그인 비밀번호 분실",
        "SSL certificate problem: certificate has expired",
        "fatal: refusing to merge unrelated histories",
        "what is for lunch today",
    ],
)
def test_another_problem_is_not_answered(text: str) -> None:
    make_connection_guide()
    make_cors_guide()

    assert find(text).matches == ()


def test_a_routine_line_of_a_log_contradicts_nothing() -> None:
    make_connection_guide()
    routine = [f"10:00:0{n} INFO connected to redis at localhost:6379 try {n}{n}" for n in range(9)]
    error = "10:00:09 ERROR GET http://localhost:8000/ Connection refused"

    (match,) = find("\n".join([*routine, error])).matches

    assert (match.strength, match.against) == ("strong", ())


def test_words_alone_match_but_a_few_of_them_are_never_strong() -> None:
    make_connection_guide()

    few = find("firewall drops packets")
    many = find("uvicorn process not running, listener gone, firewall drops packets")

    assert [match.strength for match in few.matches] == ["possible"]
    assert [match.strength for match in many.matches] == ["strong"]


def test_a_draft_is_never_found() -> None:
    guide = make_connection_guide()
    guide.state = Guide.State.DRAFT
    guide.save()
    assert find("ERR_CONNECTION_REFUSED").matches == ()

    index.update(guide)

    assert not IndexTerm.objects.exists()
    assert not IndexedGuide.objects.exists()


def test_updating_twice_leaves_the_same_postings() -> None:
    guide = make_connection_guide()
    before = set(IndexTerm.objects.values_list("id", "guides", "postings"))

    index.update(guide)

    assert before == set(IndexTerm.objects.values_list("id", "guides", "postings"))
    assert before


def test_a_translation_is_found_too() -> None:
    guide = make_connection_guide()
    make_translation(
        guide,
        title="서버 접속 불가",
        body="## 방화벽 {#filtered}\n\n방화벽이 패킷을 버립니다.",
        names={"causes": {"filtered": "방화벽이 막음"}},
    )
    index.update(guide)

    found = find("서버 접속 불가 방화벽")

    assert slugs(found.matches) == ["connection"]
    assert found.matches[0].causes["filtered"] > found.matches[0].causes.get("not-running", 0)


def test_a_named_service_prefers_its_own_guide() -> None:
    for slug in ("payments", "search"):
        guide = make_connection_guide(slug)
        guide.services.add(make_service(slug))

    found = find("ERR_CONNECTION_REFUSED", services=["search"])

    assert slugs(found.matches) == ["search", "payments"]
    assert [part.kind for part in found.matches[1].against] == ["service"]


def test_a_pattern_is_matched_without_any_indexed_word() -> None:
    guide = make_guide("bind", title="The port is taken")
    make_symptom(guide, "taken", pattern=r"Errno (98|48)\b")
    reindex(guide)

    (match,) = find("OSError: [Errno 48] Address already in use").matches

    assert [hit.matched for hit in match.symptoms] == ["Errno 48"]


def test_queries_do_not_grow_with_guides() -> None:
    make_connection_guide("first")
    with CaptureQueriesContext(
        connection,
    ) as few:
        find("ERR_CONNECTION_REFUSED http://localhost:8000")
    for number in range(8):
        make_connection_guide(f"guide-{number}", 8000 + number)

    with CaptureQueriesContext(connection) as many:
        assert len(find("ERR_CONNECTION_REFUSED http://localhost:8000").matches) == 9

    assert len(many) == len(few) <= 9


def test_no_text_finds_nothing() -> None:
    make_connection_guide()

    assert find("") == index.Found()
    assert find("\x00 \n\t …") == index.Found()
