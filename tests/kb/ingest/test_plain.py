"""Plain documents: what is proposed of them, each piece with its line, and nothing lost."""

import time
from pathlib import Path

import pytest

from kb.ingest import BadGuide
from kb.ingest.plain import (
    Action,
    Attempt,
    Cause,
    Check,
    Fact,
    Reference,
    Resolution,
    Result,
    Symptom,
    read,
    with_replaced,
)
from kb.ingest.plain.commands import Changes, Looks, Starts, understand

DOCUMENTS = Path(__file__).parents[2] / "documents"
WORKER, SEARCH, STOREFRONT = (
    (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("worker-runbook", "search-report", "storefront-runbook")
)


def at(document, line: int, sort: type) -> list:
    """What is proposed of one line, as rows of one sort."""
    return [
        one.becomes
        for one in document.proposals
        if isinstance(one.becomes, sort) and line in (one.line, *one.also)
    ]


@pytest.mark.parametrize("text", [WORKER, SEARCH, STOREFRONT])
def test_the_body_is_the_text_byte_for_byte(text: str) -> None:
    windows = text.replace("\n", "\r\n")

    assert read(text).body == text
    assert read(windows).body == windows
    assert [one.id for one in read(windows).proposals] == [one.id for one in read(text).proposals]


def test_kind_language_and_title_are_read_and_the_kind_has_reasons() -> None:
    read_as = [(d.kind, d.language, d.title) for d in map(read, (WORKER, SEARCH, STOREFRONT))]

    assert read_as == [
        ("guide", "ko", "작업 서버가 응답하지 않을 때"),
        ("report", "en", "Search outage: incident report"),
        ("guide", "ko", "상점 화면의 CORS 오류와 502 대응"),
    ]
    assert [reason.line for reason in read(SEARCH).reasons] == [1, 4, 56, 62]


def test_a_person_overrules_the_guess() -> None:
    as_guide = read(SEARCH, kind="guide")

    assert (as_guide.kind, as_guide.guessed_kind) == ("guide", "report")
    assert at(as_guide, 27, Attempt) == []
    assert at(read(SEARCH), 27, Attempt) != []


@pytest.mark.parametrize(
    ("text", "line", "phrases"),
    [
        (WORKER, 3, ("작업 서버에 연결할 수 없음",)),
        (WORKER, 7, ("ERR_CONNECTION_REFUSED", "연결이 거부되었습니다")),
        (WORKER, 8, ("503 Service Unavailable",)),
        (WORKER, 26, ("Exited (137)",)),
        (SEARCH, 12, ("POST http://localhost:9200/_search net::ERR_CONNECTION_REFUSED",)),
        (STOREFRONT, 6, ("502 (Bad Gateway)",)),
        (STOREFRONT, 29, ("504 Gateway Timeout",)),
    ],
)
def test_an_exact_error_string_is_a_symptom(text: str, line: int, phrases: tuple[str, ...]) -> None:
    assert at(read(text), line, Symptom) == [Symptom(phrases=phrases)]


def test_a_sentence_of_the_browser_is_kept_whole() -> None:
    (symptom,) = at(read(STOREFRONT), 5, Symptom)

    assert symptom.phrases[0].startswith("Access to fetch at 'https://api.shop.test/cart'")
    assert symptom.phrases[0].endswith("is present on the requested resource.")


@pytest.mark.parametrize(
    ("line", "kind", "parameters"),
    [
        (17, "port_listen", {"port": 9100}),
        (29, "docker_container", {"name": "order-worker"}),
        (30, "docker_log", {"name": "order-worker"}),
        (52, "docker_container", {"name": "order-worker"}),
        (53, "port_listen", {"port": 9100}),
        (54, "manual", {}),
    ],
)
def test_a_command_or_a_task_is_a_check(line: int, kind: str, parameters: dict) -> None:
    (check,) = at(read(WORKER), line, Check)

    assert (check.kind, dict(check.parameters)) == (kind, parameters)


def test_a_table_of_things_to_look_at_is_questions_and_one_of_messages_says_what_they_mean() -> (
    None
):
    document = read(STOREFRONT)

    assert [c.question for n in (24, 25) for c in at(document, n, Check)] == [
        "보안 그룹: 7000 인바운드 from 게이트웨이",
        "업스트림: cart-api healthy",
    ]
    assert [one.title for one in document.proposals if one.line == 29] == [
        "504 Gateway Timeout",
        "API가 제때 답하지 못함",
    ]


def test_what_changes_something_is_a_step_with_its_risk_and_never_a_check() -> None:
    document = read(WORKER)
    steps = {one.line: one.becomes for one in document.proposals if one.sort == "resolution"}

    assert {n: (s.kind, s.risk) for n, s in steps.items()} == {
        22: ("fix", "destructive"),
        37: ("avoid", "none"),
        42: ("fix", "low"),
        47: ("fix", "destructive"),
    }
    assert [at(document, line, Check) for line in steps] == [[], [], [], []]


def test_what_to_leave_alone_is_negative_knowledge() -> None:
    document = read(STOREFRONT)

    for line in (33, 34, 35):
        assert at(document, line, Resolution) == [Resolution(kind="avoid", risk="none")]


def test_a_cause_is_what_a_message_means_a_heading_or_a_guess() -> None:
    assert at(read(WORKER), 7, Cause) == [Cause()]
    assert at(read(WORKER), 13, Cause) == [Cause(weight=3)]
    assert at(read(WORKER), 26, Cause) == [Cause(is_presumed=True)]
    assert at(read(SEARCH), 23, Cause) == [Cause(is_presumed=True)]


def test_documents_and_scripts_it_names_are_references() -> None:
    found = [r.target for n in (11, 43, 47) for r in at(read(STOREFRONT), n, Reference)]

    assert found == [".\\tools\\check_gateway.ps1", "docs/SETTINGS.md", "gateway-notes.md"]
    assert at(read(SEARCH), 76, Reference) == [Reference(target="./capacity-plan.md")]


def test_a_report_tells_when_by_whom_and_how_it_ended() -> None:
    document = read(SEARCH)

    assert [at(document, line, Fact) for line in (4, 5, 6, 7, 70)] == [
        [Fact(name="date", value="2026-03-02")],
        [Fact(name="status", value="workaround")],
        [Fact(name="operator", value="Mina")],
        [Fact(name="reviewer", value="Platform team")],
        [Fact(name="environment", value="Debian 12")],
    ]


def test_attempts_come_in_order_with_what_came_of_them() -> None:
    attempts = [one for one in read(SEARCH).proposals if one.sort == "attempt"]

    assert [(one.line, one.title, one.becomes.outcome) for one in attempts] == [
        (27, "Restart the node", "failed"),
        (30, "Raise the heap to 4 GB", "failed"),
        (33, "Serve results from the database", "worked"),
    ]


def test_figures_before_and_after_are_one_result() -> None:
    assert at(read(SEARCH), 42, Result) == [Result(before="30 s and an error", after="2 s")]


def test_work_that_remains_has_a_horizon_and_a_day() -> None:
    document = read(SEARCH)

    assert at(document, 62, Action) == [Action(horizon="short", due="2026-03-20")]
    assert at(document, 66, Action) == [Action(horizon="long")]


def test_secrets_are_listed_with_their_line_and_quoted_nowhere() -> None:
    document = read(SEARCH)

    assert [(one.line, one.sorts) for one in document.secrets] == [
        (73, ("url-password",)),
        (74, ("email", "password")),
    ]
    quoted = repr((document.lines, document.proposals, document.secrets, document.summary))
    assert "open-sesame" not in quoted
    assert "hunter2-again" not in quoted


def test_only_the_lines_of_secrets_change_and_only_where_they_are_not_kept() -> None:
    document = read(SEARCH)
    before = SEARCH.split("\n")

    replaced = with_replaced(SEARCH, document.secrets).split("\n")
    kept = with_replaced(SEARCH, document.secrets, keep={"secret-73", "secret-74"})

    assert [
        n for n, pair in enumerate(zip(before, replaced, strict=True), 1) if pair[0] != pair[1]
    ] == [73, 74]
    assert kept == SEARCH


def test_a_private_key_is_replaced_line_by_line() -> None:
    text = "# Keys\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\nafter\n"

    replaced = with_replaced(text, read(text).secrets)

    assert "MIIabc" not in replaced
    assert replaced.split("\n")[4] == "after"


def test_every_line_says_which_proposals_it_fed() -> None:
    document = read(WORKER)

    assert document.coverage[7] == ("symptom-7", "cause-7")
    assert document.coverage[17] == ("check-17",)
    assert 10 not in document.coverage


def test_ids_stay_the_same_and_are_unique() -> None:
    for text in (WORKER, SEARCH, STOREFRONT):
        ids = [one.id for one in read(text).proposals]

        assert len(ids) == len(set(ids))
        assert ids == [one.id for one in read(text).proposals]


@pytest.mark.parametrize(
    ("command", "meaning"),
    [
        (
            "ss -ltnp 'sport = :8000'",
            Looks(kind="port_listen", parameters={"port": 8000}, probe="port-listen"),
        ),
        (
            "sudo lsof -nP -iTCP:8000 -sTCP:LISTEN",
            Looks(kind="port_listen", parameters={"port": 8000}, probe="port-listen"),
        ),
        (
            "docker logs --tail 200 backend",
            Looks(kind="docker_log", parameters={"name": "backend"}, probe="docker-log"),
        ),
        (
            "docker compose logs -f backend",
            Looks(kind="docker_log", parameters={"name": "backend"}, probe="docker-log"),
        ),
        (
            "curl -fsS http://localhost:1/x",
            Looks(kind="http", parameters={"url": "http://localhost:1/x"}, probe="http-ok"),
        ),
        (
            "nc -zv db 5432",
            Looks(kind="tcp_connect", parameters={"host": "db", "port": 5432}, probe="tcp"),
        ),
        (
            'psql -c "SELECT 1;"',
            Looks(kind="sql_query", parameters={"query": "SELECT 1"}, probe="ask-database-rows"),
        ),
        ("systemctl status nginx", Looks()),
        ("systemctl restart nginx", Changes(risk="moderate")),
        ("curl -X DELETE http://localhost:1/x", Changes(risk="moderate")),
        ('psql -c "DROP TABLE users"', Changes(risk="moderate")),
        ("docker compose down", Changes(risk="destructive")),
        ("sudo rm -rf /srv/cache", Changes(risk="destructive")),
        ("kill -9 12", Changes(risk="destructive")),
        ("aws ec2 authorize-security-group-ingress --port 80", Changes(risk="moderate")),
        ("uvicorn main:app --port 1", Starts()),
        ("python main.py", Starts()),
        ("echo hello", None),
        ("", None),
    ],
)
def test_a_command_is_understood_for_what_it_does(command: str, meaning: object) -> None:
    assert understand(command) == meaning


@pytest.mark.parametrize("text", ["", "  \n", "a\x00b", "x" * 1_000_001])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(BadGuide):
        read(text)


def test_a_guides_own_file_is_not_taken_for_a_plain_document() -> None:
    with pytest.raises(BadGuide, match="front matter"):
        read("---\nslug: connection\nlanguage: ko\n---\n# Text\n")

    assert read("---\n# A\n---\nText\n").title == "A"


def test_a_document_without_anything_to_propose_keeps_its_text() -> None:
    document = read("Nothing here.\n")

    assert (document.proposals, document.secrets, document.title) == ((), (), "Nothing here.")


def test_a_block_that_is_never_closed_goes_on_to_the_end() -> None:
    document = read("# A\n```bash\ndocker ps -a\n## not a heading\nnetstat -an | findstr :8000\n")

    assert [one.line for one in document.proposals] == [3, 5]


def test_html_and_scripts_are_text_like_any_other() -> None:
    text = '# A <script>alert(1)</script>\n\n<img src=x onerror=alert(2)> "not found (ERR_X_Y)"\n'

    document = read(text)

    assert (document.body, document.title) == (text, "A <script>alert(1)</script>")


HOSTILE = {
    "headings": "## 원인 x\n추정\n",
    "commands": "docker ps -a\n",
    "rows": "| a | b |\n",
    "items": "- x 실패 하세요\n",
    "comments": "# - a\n",
    "quotes": '- **"a" "b"\n',
    "stars": "**",
    "ticks": "`a",
    "brackets": "[a](",
    "logins": "a@b.c / ",
    "spaces": " \t",
    "numbers": "1. 2. 3-3. ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_ten_times_the_document_takes_no_more_than_its_share_of_time(unit: str) -> None:
    """Quadratic reading would take a hundred times as long."""

    def seconds(characters: int) -> float:
        text = "# 보고서\n## 해결 조치\n```\n" + unit * (characters // len(unit))
        started = time.process_time()
        document = read(text, kind="report")
        assert len(document.proposals) <= 400
        return time.process_time() - started

    seconds(1_500)
    small, large = (min(seconds(size) for _ in range(2)) for size in (1_500, 15_000))

    assert large < 40 * small + 0.02
