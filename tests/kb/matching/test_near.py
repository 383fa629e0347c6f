"""Phrases that a text nearly says: the telling parts of one, close together, in other words."""

import pytest

from kb.matching import analyse
from kb.matching.authored import AuthoredHit, find_authored, hear
from kb.matching.candidate import AuthoredSymptom, Candidate

SYMPTOMS = (
    AuthoredSymptom(
        symptom_id=1,
        slug="elsewhere",
        phrases=("휴대폰에서는 접속이 안 됨", "colleague cannot open the page"),
    ),
    AuthoredSymptom(symptom_id=2, slug="refused", phrases=("ERR_CONNECTION_REFUSED",)),
    AuthoredSymptom(
        symptom_id=3, slug="disk", phrases=("디스크가 가득 참", "no space left on device")
    ),
)
HEALTHY = "\n".join(
    f"2026-02-03T08:09:{second:02} INFO sync: item {second} ok" for second in range(20)
)


def hits(text: str) -> list[AuthoredHit]:
    guide = Candidate(guide_id=1, slug="g", symptoms=SYMPTOMS)
    return find_authored(SYMPTOMS, hear(analyse(text), [guide]))


def slugs(text: str) -> list[str]:
    return [hit.hit.slug for hit in hits(text)]


@pytest.mark.parametrize(
    "text",
    ["핸드폰으로는 접속이 안 되네요", "the page: my colleague cannot open it", "휴대폰 접속 안 됨"],
)
def test_a_phrase_in_other_words_is_found(text: str) -> None:
    assert slugs(text) == ["elsewhere"]


def test_what_is_nearly_said_says_less_than_the_phrase_itself() -> None:
    (said,) = hits("colleague cannot open the page")
    (nearly,) = hits("my colleague cannot open this page")

    assert (said.hit.share, nearly.hit.share < 100) == (100, True)
    assert nearly.specificity < said.specificity


def test_one_common_word_is_not_a_phrase() -> None:
    assert slugs("the page is blue") == []
    assert slugs("device") == []


def test_the_parts_of_a_phrase_must_stand_close_together() -> None:
    lines = ["ERROR colleague list is empty", *["ERROR unrelated failure here"] * 1]
    far = [f"ERROR unrelated failure {word}" for word in ("alpha", "beta", "gamma", "delta", "eps")]

    assert slugs("\n".join([*lines, *far, "ERROR cannot open", *far, "ERROR the page"])) == []


def test_a_phrase_on_a_routine_line_is_hardly_heard() -> None:
    text = f"{HEALTHY}\n2026-02-03T08:10:00 INFO probe: no space left on device is a message\n"
    (routine,) = hits(f"{text}Error: something else failed")
    (loud,) = hits(f"{text}Error: write: no space left on device")

    assert (routine.is_telling, loud.is_telling) == (False, True)
    assert routine.specificity < loud.specificity // 5


def test_the_place_is_where_the_parts_stand() -> None:
    text = "안녕하세요.\n핸드폰으로는 접속이 안 되네요"
    (hit,) = hits(text)

    start, end = hit.hit.span
    assert text[start:end] == hit.hit.matched
    assert text[start:].startswith("핸드폰")
