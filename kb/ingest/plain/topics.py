"""What a section is about, from the words of its heading."""

import re
from collections.abc import Mapping

# The first that is found wins: a "원인 요약" is about causes, a "해결 결과" about results.
_WORDS: Mapping[str, str] = {
    "lesson": r"교훈|배운 점|인사이트|lessons?\b|learned|insight|takeaway",
    "action": r"향후|개선 방안|후속|재발 방지|할 일|action items?|follow.?up|next steps|prevention",
    "conclusion": r"결론|conclusion",
    "result": r"결과|성과|지표|현재 (?:시스템 )?상태|results?\b|outcome|^before\b|^after\b|metrics",
    "cause": r"원인|causes?\b|why it",
    "environment": r"환경(?:별| 정보| 특성| 차이)|^(?:실행 |개발 |운영 )?환경$|environment",
    "reference": r"참고|관련 문서|references?\b|see also|related",
    "solution": r"해결|조치|복구|대응|시도|solution|resolution|\bfix|attempts?\b|mitigat|remed"
    r"|workaround|recovery|what we tried|step-by-step",
    "symptom": r"현상|증상|문제|오류|에러|진단|symptom|problem|\berrors?\b|diagnosis|what you see",
    "check": r"점검|확인|체크|테스트|검증|check|\btests?\b|verif",
    "overview": r"개요|요약|overview|summary",
}
_TOPICS = {topic: re.compile(words, re.IGNORECASE) for topic, words in _WORDS.items()}
# What stands in brackets only comments: "원인 요약 (CORS는 결과)" is about causes.
_PARENTHESES = re.compile(r"\([^()]{0,200}\)")
# Under these a heading's own words count; under any other the chapter says what it is about.
_OPEN = ("", "overview", "conclusion")


def topic_of(title: str, *, within: str) -> str:
    """The topic of a heading below a chapter about `within`; empty where nothing tells."""
    own = _own(_PARENTHESES.sub(" ", title)) or _own(title)
    if within in _OPEN or (within == "cause" and own == "environment"):
        return own or within
    return within


def _own(title: str) -> str:
    return next((topic for topic, words in _TOPICS.items() if words.search(title)), "")
