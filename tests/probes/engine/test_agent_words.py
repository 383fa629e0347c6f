"""The agent's own sentences: the same in both languages, and in columns on a terminal."""

import re

import pytest

from probes.engine.agent.words import _WORDS, language_of, padded, say, width

PLACEHOLDER = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("name", _WORDS)
def test_both_languages_say_the_same(name: str) -> None:
    english, korean = _WORDS[name]["en"], _WORDS[name]["ko"]

    assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(korean))
    assert re.search("[가-힣]", korean)
    assert not re.search("[가-힣]", english)


def test_values_stand_in_the_sentence() -> None:
    assert say("away", "en", url="http://kb", reason="refused") == (
        "The base at http://kb does not answer: refused"
    )


@pytest.mark.parametrize(
    ("asked", "variables", "language"),
    [
        ("ko", {"LANG": "en_US.UTF-8"}, "ko"),
        (None, {"LANG": "ko_KR.UTF-8"}, "ko"),
        (None, {"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_language_is_what_was_asked_for_then_what_the_system_says(
    asked: str | None, variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert language_of(asked) == language


def test_hangul_takes_two_columns() -> None:
    assert width("점검 ok") == 7
    assert padded("점검", 6) == "점검  "
