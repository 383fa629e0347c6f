"""What a run saw is said in the reader's language, and nothing of it is lost."""

from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from probes.models import Run

SUMMARY = "127.0.0.1 port 8000 refused the connection"
REFUSED = {"host": "127.0.0.1", "port": 8000, "errno": "ECONNREFUSED"}


def said(language: str, tag: str, **fields: Any) -> str:
    run = Run(**{"summary": SUMMARY, "status": "CRITICAL", **fields})
    with translation.override(language):
        return Template(f"{{% load looks %}}{{% {tag} run %}}").render(Context({"run": run}))


def test_a_reader_of_english_gets_the_engines_own_sentence() -> None:
    assert said("en", "look", reason_code="refused", facts=REFUSED) == SUMMARY


def test_a_reader_of_korean_gets_reason_and_facts_in_korean() -> None:
    assert (
        said("ko", "look", reason_code="refused", facts=REFUSED) == "연결 거부됨 · 127.0.0.1:8000"
    )


def test_beside_a_chip_the_reason_is_not_said_twice() -> None:
    assert said("ko", "look_beside", reason_code="refused", facts=REFUSED) == "127.0.0.1:8000"


def test_what_has_no_facts_to_tell_keeps_the_engines_words_and_says_their_language() -> None:
    words = "probes of kind tcp_connect may not run at this location"

    shown = said("ko", "look", reason_code="not_allowed", facts={}, summary=words)

    assert shown.endswith(f'· <span lang="en">{words}</span>')


def test_a_code_nobody_translated_is_told_by_the_sentence_that_came_with_it() -> None:
    assert said("ko", "look", reason_code="of_a_later_version", facts={}) == SUMMARY


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        ("wrong_status", {"url": "http://localhost:8000/", "status": 502}, "HTTP 502"),
        ("module_not_found", {"missing": ["jwt"], "missing_module": "jwt"}, "없는 것: jwt"),
        ("held_by_other", {"port": 8000, "listeners": [{"process": "node"}]}, "node"),
        ("not_listening", {"port": 8000, "listeners": [], "addresses": []}, "포트 8000"),
        ("too_slow", {"url": "http://localhost/", "p95_ms": 1200}, "1200"),
    ],
)
def test_the_facts_that_tell_are_in_it(code: str, facts: dict[str, Any], words: str) -> None:
    assert words in said("ko", "look", reason_code=code, facts=facts)


def test_what_a_target_wrote_is_escaped() -> None:
    facts = {"plugin": "check_disk", "text": "<script>alert(1)</script>"}

    shown = said("ko", "look", reason_code="plugin_critical", facts=facts)

    assert "&lt;script&gt;" in shown
