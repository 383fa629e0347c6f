"""The documents the product was conceived from, imported raw: every fact at its line."""

import os
from pathlib import Path

import pytest

from kb.ingest.plain import Document, read

SHARED = Path(os.environ.get("KNOWNFIX_SHARED", Path(__file__).parents[4] / "shared"))
GUIDE, REPORT, RUNBOOK = "connection-issue-guide", "ai-api-connection-report", "cors-502-runbook"
pytestmark = pytest.mark.shared

# identifier: document, sort, first line, and what the proposal holds.
FACTS = {
    "G-S3": (GUIDE, "symptom", 9, "사이트에 연결할 수 없음"),
    "G-S4": (GUIDE, "symptom", 10, "응답이 너무 긺"),
    "G-S5": (GUIDE, "symptom", 11, "404 Not Found"),
    "G-S6": (GUIDE, "symptom", 42, "Exited (1)"),
    "G-C1": (GUIDE, "cause", 9, "서버가 아예 꺼져"),
    "G-C3": (GUIDE, "cause", 18, "weight=3"),
    "G-C8": (GUIDE, "cause", 69, "is_presumed=True"),
    "G-C11": (GUIDE, "cause", 89, "hosts 파일"),
    "G-K1": (GUIDE, "check", 22, "'port': 8000"),
    "G-K2": (GUIDE, "check", 39, "'name': 'backend'"),
    "G-K3": (GUIDE, "check", 46, "docker_log"),
    "G-K4": (GUIDE, "check", 79, "docker-compose logs -f backend"),
    "G-L1": (GUIDE, "check", 87, "docker_container"),
    "G-L2": (GUIDE, "check", 88, "port_listen"),
    "G-L3": (GUIDE, "check", 89, "manual"),
    "G-L4": (GUIDE, "check", 90, "manual"),
    "G-M1": (GUIDE, "resolution", 28, "taskkill /F /PID 1234"),
    "G-M3": (GUIDE, "resolution", 63, "--host 0.0.0.0 --port 8000 --reload"),
    "G-M4": (GUIDE, "resolution", 73, "destructive"),
    "G-M5": (GUIDE, "resolution", 76, "docker-compose up -d --build --force-recreate"),
    "G-W1": (GUIDE, "resolution", 58, "avoid"),
    "I-H1": (REPORT, "fact", 4, "2025-06-17"),
    "I-H2": (REPORT, "fact", 5, "type"),
    "I-H3": (REPORT, "fact", 6, "workaround"),
    "I-H4": (REPORT, "fact", 7, "AI Assistant"),
    "I-H5": (REPORT, "fact", 580, "개발팀"),
    "I-H7": (REPORT, "reference", 581, "마이페이지_데이터베이스_연동_해결_보고서.md"),
    "I-S1": (REPORT, "symptom", 16, "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"),
    "I-S2": (REPORT, "symptom", 17, "dispatchXhrRequest @ axios.js"),
    "I-S3": (REPORT, "symptom", 22, ":8001/:1 Failed to load resource"),
    "I-S4": (REPORT, "symptom", 50, "[Errno 2] No such file or directory"),
    "I-S5": (REPORT, "symptom", 54, 'Could not import module "main"'),
    "I-S6": (REPORT, "symptom", 60, "ModuleNotFoundError: No module named 'jwt'"),
    "I-S8": (REPORT, "symptom", 155, "원격 서버에 연결할 수 없습니다."),
    "I-C1": (REPORT, "cause", 46, "잘못된 실행 디렉토리"),
    "I-C2": (REPORT, "cause", 57, "의존성 문제"),
    "I-C3": (REPORT, "cause", 63, "환경설정 파일 부재"),
    "I-C4": (REPORT, "cause", 204, "is_presumed=True"),
    "I-C5": (REPORT, "cause", 295, "is_presumed=True"),
    "I-C6": (REPORT, "cause", 306, "is_presumed=True"),
    "I-C7": (REPORT, "cause", 316, "is_presumed=True"),
    "I-C8": (REPORT, "cause", 337, "is_presumed=True"),
    "I-C9": (REPORT, "cause", 338, "is_presumed=True"),
    "I-C10": (REPORT, "cause", 339, "is_presumed=True"),
    "I-A1": (REPORT, "attempt", 80, ".env"),
    "I-A2": (REPORT, "attempt", 107, "의존성 설치"),
    "I-A3": (REPORT, "attempt", 126, "main.py"),
    "I-A4": (REPORT, "attempt", 134, "outcome='failed'"),
    "I-A5": (REPORT, "attempt", 164, "outcome='failed'"),
    "I-A6": (REPORT, "attempt", 209, "outcome='worked'"),
    "I-A7": (REPORT, "attempt", 243, "서버 상태 표시기"),
    "I-K1": (REPORT, "check", 154, "http://localhost:8001/"),
    "I-K2": (REPORT, "check", 158, "'port': 8001"),
    "I-K4": (REPORT, "check", 539, "http://localhost:8080/api/health/db"),
    "I-K5": (REPORT, "check", 543, "SELECT COUNT(*) FROM users"),
    "I-K6": (REPORT, "check", 547, "baseline='refused'"),
    "I-K7": (REPORT, "check", 508, "manual"),
    "I-K10": (REPORT, "check", 533, "manual"),
    "I-K18": (REPORT, "check", 442, "http://localhost:8001/health"),
    "I-R1": (REPORT, "result", 270, "ERR_CONNECTION_REFUSED"),
    "I-R4": (REPORT, "result", 488, "after='2-3초"),
    "I-R5": (REPORT, "result", 492, "before='100%"),
    "I-R8": (REPORT, "result", 556, "오류 완전 제거"),
    "I-L1": (REPORT, "lesson", 349, "의존성을 명확히 분리"),
    "I-L2": (REPORT, "lesson", 356, "환경별 설정 파일"),
    "I-L3": (REPORT, "lesson", 364, "requirements.txt"),
    "I-L4": (REPORT, "lesson", 370, "안정성 우선"),
    "I-L5": (REPORT, "lesson", 377, "격리 테스트"),
    "I-L6": (REPORT, "lesson", 563, "Graceful Degradation"),
    "I-T1": (REPORT, "action", 387, "horizon='short'"),
    "I-T2": (REPORT, "action", 392, ".env.example"),
    "I-T3": (REPORT, "action", 397, "try-catch"),
    "I-T4": (REPORT, "action", 405, "interface HealthStatus"),
    "I-T5": (REPORT, "action", 414, "maxRetries"),
    "I-T6": (REPORT, "action", 430, "depends_on"),
    "I-T7": (REPORT, "action", 447, "horizon='long'"),
    "I-T8": (REPORT, "action", 454, "horizon='process'"),
    "I-T9": (REPORT, "action", 459, "단위 테스트"),
    "I-T10": (REPORT, "action", 464, "운영 가이드"),
    "I-E1": (REPORT, "fact", 331, "Windows 10"),
    "R-S1": (RUNBOOK, "symptom", 5, "has been blocked by CORS policy: No 'Access-Control-Allow-"),
    "R-S2": (RUNBOOK, "symptom", 6, "502 (Bad Gateway)"),
    "R-S3": (RUNBOOK, "symptom", 56, "preflight doesn't pass access control check"),
    "R-C1": (RUNBOOK, "cause", 23, "8000 포트 인바운드 없음"),
    "R-C2": (RUNBOOK, "cause", 28, "unhealthy"),
    "R-C5": (RUNBOOK, "cause", 33, "academy-api"),
    "R-K1": (RUNBOOK, "check", 20, ".\\\\scripts\\\\check_api_alb.ps1"),
    "R-K3": (RUNBOOK, "check", 30, "'expect_path': '/health', 'expect_port': 8000"),
    "R-K6": (RUNBOOK, "check", 62, "'name': 'academy-api'"),
    "R-K7": (RUNBOOK, "check", 62, "sudo docker logs academy-api"),
    "R-L1": (RUNBOOK, "check", 46, "ALB SG"),
    "R-L2": (RUNBOOK, "check", 47, "healthy"),
    "R-L3": (RUNBOOK, "check", 48, "ALB → API EC2"),
    "R-M1": (RUNBOOK, "resolution", 26, "authorize-security-group-ingress"),
    "R-M5": (RUNBOOK, "resolution", 71, "CORS_ALLOWED_ORIGINS"),
    "R-N2": (RUNBOOK, "resolution", 54, "avoid"),
    "R-N3": (RUNBOOK, "resolution", 40, "avoid"),
    "R-N4": (RUNBOOK, "resolution", 57, "avoid"),
    "R-X2": (RUNBOOK, "reference", 71, "docs/REFERENCE.md"),
    "R-X3": (RUNBOOK, "reference", 75, "09-api-502-jobs-checklist.md"),
    "R-X4": (RUNBOOK, "reference", 76, "ACADEMY_API_SQS_ACCESS_FIX.md"),
}
SECRETS = {GUIDE: [], REPORT: [87, 100, 103, 320, 438, 523], RUNBOOK: []}


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {name: read(source(name)) for name in (GUIDE, REPORT, RUNBOOK)}


def source(name: str) -> str:
    return (SHARED / "sources" / f"{name}.md").read_bytes().decode()


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_proposed_at_its_line(documents: dict[str, Document], name: str) -> None:
    document, sort, line, holds = FACTS[name]

    found = [o for o in documents[document].proposals if (o.sort, o.line) == (sort, line)]

    assert [one for one in found if holds in f"{one.title} {one.becomes}"] != []


@pytest.mark.parametrize("name", [GUIDE, REPORT, RUNBOOK])
def test_a_document_is_kept_byte_for_byte(documents: dict[str, Document], name: str) -> None:
    assert documents[name].body.encode() == (SHARED / "sources" / f"{name}.md").read_bytes()


def test_each_is_taken_for_what_it_is(documents: dict[str, Document]) -> None:
    assert {name: (d.kind, d.language, d.title) for name, d in documents.items()} == {
        GUIDE: ("guide", "ko", "서버 접속 장애 긴급 해결 가이드 (Connection Issue Guide)"),
        REPORT: ("report", "ko", "AI API 연결 오류 해결 보고서"),
        RUNBOOK: ("guide", "ko", "CORS 에러 + 502 Bad Gateway 대응"),
    }


def test_attempts_are_the_seven_in_their_order(documents: dict[str, Document]) -> None:
    found = [o for o in documents[REPORT].proposals if o.sort == "attempt"]

    assert [(one.lines[0], one.lines[-1]) for one in found] == [
        (80, 105),
        (107, 122),
        (126, 132),
        (134, 160),
        (164, 205),
        (209, 241),
        (243, 263),
    ]


def test_no_command_that_changes_something_is_a_check(documents: dict[str, Document]) -> None:
    changing = {28, 63, 73, 76}

    assert [
        o.id for o in documents[GUIDE].proposals if o.sort == "check" and o.line in changing
    ] == []


@pytest.mark.parametrize("name", SECRETS)
def test_likely_secrets_are_listed(documents: dict[str, Document], name: str) -> None:
    assert [one.line for one in documents[name].secrets] == SECRETS[name]
