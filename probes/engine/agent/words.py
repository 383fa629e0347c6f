"""The agent's own sentences on a terminal, in Korean and English."""

import locale
import os
import unicodedata
from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "looking": {
        "en": "Looking from {location}: {guide}",
        "ko": "{location}에서 확인합니다: {guide}",
    },
    "nothing": {
        "en": "No check of this guide can run here now.",
        "ko": "이 가이드에는 지금 여기서 실행할 수 있는 점검이 없습니다.",
    },
    "missing": {
        "en": "Left out, because a value is missing (give it with --set NAME=VALUE):",
        "ko": "값이 없어 실행하지 않은 점검(--set 이름=값으로 지정하세요):",
    },
    "not_approved": {
        "en": "Left out, because the definition is not approved:",
        "ko": "정의가 승인되지 않아 실행하지 않은 점검:",
    },
    "manual": {
        "en": "Only a person can see this; answer it on the page:",
        "ko": "사람만 확인할 수 있는 점검입니다. 페이지에서 답해 주세요:",
    },
    "verdict": {"en": "Verdict", "ko": "판정"},
    "page": {"en": "page", "ko": "페이지"},
    "unfinished": {
        "en": "Not everything could be recorded, so there is no verdict.",
        "ko": "결과를 모두 기록하지 못해 판정하지 않았습니다.",
    },
    "away": {
        "en": "The base at {url} does not answer: {reason}",
        "ko": "{url} 서버가 응답하지 않습니다: {reason}",
    },
    "refused": {"en": "The base refused: {reason}", "ko": "서버가 거절했습니다: {reason}"},
    "new_token": {
        "en": "Make a new token with `manage.py agent_token LOCATION`, or in the administration "
        "under Locations.",
        "ko": "`manage.py agent_token 위치` 또는 관리 화면의 위치에서 토큰을 새로 만드세요.",
    },
    "confirm": {
        "en": "If that is what to look at, say --yes.",
        "ko": "이 값이 맞으면 --yes를 붙이세요.",
    },
}


def say(name: str, language: str, **values: str) -> str:
    return _WORDS[name][language].format(**values)


def language_of(asked: str | None) -> str:
    """`ko` or `en`: what was asked for, else what LANG or Windows says, else English."""
    named = asked or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    # Windows sets no variable; its own name for the language is Korean_Korea.
    named = named or locale.getlocale()[0] or ""
    return "ko" if named.lower().startswith("ko") else "en"


def padded(text: str, columns: int) -> str:
    """Filled up to so many columns of a terminal: Hangul takes two each."""
    return text + " " * max(0, columns - width(text))


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
