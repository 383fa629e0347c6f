"""Everyday wordings of one idea are read as that idea, in both languages, and of others are not."""

import pytest
import re2

from kb.matching import analyse
from kb.matching.concepts import concepts, find_concepts


def ideas(text: str) -> set[str]:
    return {hit.name for hit in find_concepts(text)}


@pytest.mark.parametrize("name", list(concepts()))
def test_every_pattern_is_taken_by_the_expression_engine_and_matches_no_empty_text(
    name: str,
) -> None:
    patterns = concepts()[name].patterns

    assert len(set(patterns)) == len(patterns) > 0
    assert [p for p in patterns if re2.fullmatch(p, "")] == []


@pytest.mark.parametrize(
    ("idea", "wordings"),
    [
        (
            "other-device",
            ["on my phone", "a coworker's PC", "옆자리에서", "다른 기기로", "태블릿으로"],
        ),
        ("only-here", ["only works locally", "works on my machine", "제 컴퓨터에서만 됩니다"]),
        ("from-outside", ["from outside", "from home", "밖에서", "외부에서", "재택 중에"]),
        ("old-version", ["an old build", "예전 버전이 떠요", "수정한 게 반영이 안 돼요"]),
        ("wrong-server", ["another program is using it", "엉뚱한 페이지", "이미 떠 있어요"]),
        ("hung", ["it never answers", "loading forever", "묵묵부답", "로딩만 돌아요", "먹통"]),
        ("slow-start", ["right after the restart", "first few seconds", "조금 기다리면 돼요"]),
        ("crash-loop", ["keeps restarting", "crashes over and over", "계속 재시작돼요"]),
        ("dies-at-once", ["dies right away", "켜자마자 꺼져요", "won't stay up"]),
        ("blocked-by-browser", ["blocked by the browser", "브라우저가 막아요"]),
        ("syntax-error", ["a typo", "wrong bracket: missing colon", "오타", "괄호를 안 닫았어요"]),
        ("load-balancer", ["the balancer", "the box in front", "로드밸런서", "앞단", "엔진엑스"]),
        ("security-group", ["security group", "inbound rule", "보안그룹", "인바운드"]),
        ("out-of-memory", ["it eats all the memory", "메모리가 모자라요", "OOMKilled"]),
        ("worker", ["gunicorn", "workers", "구니콘", "워커"]),
        ("instance", ["EC2", "이씨투", "인스턴스"]),
        ("artificial-intelligence", ["the AI", "에이아이", "인공지능", "챗봇"]),
        ("virtualenv", ["the wrong interpreter: system python", "가상환경", "시스템 파이썬"]),
        ("env-missing", ["the .env file", "settings file", "환경변수", "비밀 값"]),
        ("working-directory", ["the wrong folder", "root of the repo", "엉뚱한 폴더"]),
        ("not-found", ["the page does not exist", "낫파운드", "페이지를 찾을 수 없어요"]),
        ("antivirus", ["the virus scanner", "백신", "보안 프로그램"]),
        ("since-change", ["since the rules changed", "I touched it", "고치고 나서", "설치한 뒤로"]),
        ("all-addresses", ["0.0.0.0", "all interfaces", "모든 주소"]),
        ("blocked", ["it blocks us", "won't let traffic in", "막혀요", "가로채요"]),
        ("root-page", ["the root url", "start page", "첫 화면", "슬래시"]),
        ("not-arriving", ["it never reaches us", "도달하지 않아요", "로그에 안 찍혀요"]),
        ("minimal-example", ["a tiny server", "hello world", "예제 서버"]),
        ("tried-everything", ["tried everything", "다 해 봤는데", "원인 불명"]),
        ("between-containers", ["containers cannot see it", "컨테이너끼리", "mapped port"]),
        ("hosts-file", ["/etc/hosts", "호스트 파일", "hosts 파일"]),
    ],
)
def test_one_idea_in_everyday_words(idea: str, wordings: list[str]) -> None:
    assert [text for text in wordings if idea not in ideas(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "엑셀 파일이 안 열려요",
        "프린터에서 종이가 안 나와요",
        "학부모 안내문을 어디에 올리나요",
        "the printer asks for toner",
        "쿠폰으로 결제했는데 할인이 안 됐어요",
        "폰트가 깨져요",
        "프로그램이 부족해요",
        "please add a column to the invoice",
        "임포트 순서를 정리해 주세요",
        "리포트 제목",
        "마지막은 제가 할게요",
    ],
)
def test_other_questions_hold_none_of_the_ideas(text: str) -> None:
    assert ideas(text) == set()


def test_what_a_browser_cannot_read_as_json_is_no_error_in_python_code() -> None:
    assert "json-parse" in ideas("Unexpected token '<', \"<!DOCTYPE\" is not valid JSON")
    assert "syntax-error" not in ideas("JSON.parse: unexpected character at line 1 column 1")
    assert "syntax-error" in ideas("SyntaxError: '(' was never closed")


def test_an_idea_is_heard_once_of_lines_that_differ_only_in_their_digits() -> None:
    lines = [f"12:00:0{n} worker: connection refused, attempt {n}" for n in range(9)]

    hits = analyse("\n".join(lines)).concepts

    assert [hit.name for hit in hits].count("refused") == 1
