"""Every result explains itself: sums, places, names, and what speaks against it."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from kb import index, services
from kb.index import GuideMatch
from kb.matching import Strength, analyse
from kb.matching.concepts import concepts
from kb.matching.confidence import POSSIBLE_FROM, STRONG_FROM
from kb.models import Cause, Guide, Investigation
from kb.services.diagnosing.ranking import diagnose
from kb.services.guides.headings import heading_of
from kb.templatetags.answers import FACTS
from kb.templatetags.reasons import (
    CLUES,
    COUNTER_CLUES,
    LAYERS,
    STRENGTH_MEANINGS,
    against_words,
    strength_meaning,
)
from kb.views.causes import laid_out
from tests.api.conftest import key_client
from tests.pages.people import RESPONDER, person

QUERIES = Path(__file__).parents[2] / "benchmarks" / "starter" / "queries.jsonl"
OTHER_PORT = "Error: connect ECONNREFUSED 127.0.0.1:9999\n서버 접속이 안됩니다"


def real_texts() -> list[str]:
    """The half that is for looking at."""
    rows = [json.loads(line) for line in QUERIES.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if row["half"] == "tune"]


@cache
def matches(text: str) -> tuple[GuideMatch, ...]:
    """Of the starter guides, which are the same in every test."""
    found = index.find(analyse(text))
    return (*found.matches, *found.weak)


@pytest.mark.django_db
def test_every_match_of_real_texts_explains_itself(starter: None) -> None:
    seen = 0
    for text in real_texts():
        length = len(analyse(text).text)
        for match in matches(text):
            seen += 1
            parts = [*match.why, *match.against]
            assert sum(part.amount for part in parts) == match.score, text
            assert all(part.amount > 0 for part in match.why), text
            assert all(part.amount <= 0 for part in match.against), text
            assert all(0 <= a < b <= length for part in parts for a, b in part.spans), text
            assert all(part.label.strip() for part in parts), text
            assert {part.kind for part in match.why} <= CLUES.keys(), text
            assert {part.kind for part in match.against} <= COUNTER_CLUES.keys(), text
    assert seen > 100


@pytest.mark.django_db
def test_the_strength_words_follow_their_thresholds(starter: None) -> None:
    strengths = set()
    for text in real_texts():
        for match in matches(text):
            strengths.add(match.strength)
            if match.strength == Strength.STRONG:
                assert match.confidence >= STRONG_FROM, text
                assert not match.against, text
            if match.strength == Strength.POSSIBLE:
                assert match.confidence >= POSSIBLE_FROM, text
    assert strengths == set(Strength)


@pytest.mark.django_db
def test_the_facts_of_real_texts_have_names_and_places() -> None:
    kinds = set()
    for text in real_texts():
        analysis = analyse(text)
        kinds |= {fact.type for fact in analysis.facts}
        assert all(0 <= a < b <= len(analysis.text) for a, b in (f.span for f in analysis.facts))

    assert kinds - FACTS.keys() == set()


@pytest.mark.parametrize("words", [CLUES, COUNTER_CLUES, LAYERS, STRENGTH_MEANINGS, FACTS])
def test_every_name_is_in_both_languages(words: dict[str, object]) -> None:
    with override("en"):
        english = {key: str(word) for key, word in words.items()}
    with override("ko"):
        korean = {key: str(word) for key, word in words.items()}

    same = {key for key in words if english[key] == korean[key]}
    assert same <= {"cors", "errno", "json"}
    assert all(re.search("[가-힣]", korean[key]) for key in words if key not in same)


def test_every_layer_of_the_concept_map_has_a_name() -> None:
    layers = {concept.layer for concept in concepts().values()} - {""}

    assert layers - LAYERS.keys() == set()


@pytest.mark.parametrize(
    ("kind", "label", "said"),
    [
        ("port", "6379 ≠ 8000", "the text names port 6379, the guide is for 8000"),
        ("container", "db ≠ api", "the text names container db, the guide is for api"),
        ("status", "404 ≠ 502, 504", "the text says HTTP 404, the guide is about 502, 504"),
        ("service", "web ≠ api", "you asked about web, the guide is about api"),
        (
            "layer",
            "dns, tls",
            "the text is about names (DNS), certificates (TLS), the guide is not",
        ),
        ("product", "redis", "the text names redis, the guide never does"),
        ("anything", "new", "new"),
    ],
)
def test_what_speaks_against_is_a_sentence(kind: str, label: str, said: str) -> None:
    with override("en"):
        assert against_words(kind, label) == said
    with override("ko"):
        assert against_words(kind, label)


@pytest.mark.django_db
@pytest.mark.parametrize("text", real_texts()[::25])
def test_the_rows_of_the_page_sum_to_the_score_too(starter: None, text: str) -> None:
    found = services.find_fixes(text)
    diagnosis = diagnose(found)
    layout = laid_out(diagnosis.causes, found.text, diagnosis.marks)

    for entry in [*layout.in_question, *layout.ruled_out, *layout.tail]:
        rows = [*entry.why, *entry.against]
        assert not rows or sum(row.amount for row in rows) == entry.ranked.score
        assert all(row.words or row.label for row in rows)


@pytest.mark.django_db
def test_every_section_of_a_starter_cause_has_its_heading(starter: None) -> None:
    for language in ("ko", "en"):
        with override(language):
            causes = Cause.objects.exclude(section="").select_related("guide")
            assert [c.key for c in causes if not heading_of(c.guide, c.section)] == []
    with override("en"):
        guide = Guide.objects.get(slug="connection")
        assert "{#" not in heading_of(guide, guide.causes.exclude(section="")[0].section)
        assert heading_of(guide, "nowhere") == heading_of(guide, "") == ""


@pytest.mark.django_db
def test_the_page_says_why_what_is_against_it_and_what_the_word_means(
    client: Client, starter: None
) -> None:
    person(client, *RESPONDER)
    found = services.find_fixes(OTHER_PORT)
    first = services.diagnose(found).causes[0]
    assert first.strength == "possible"

    page = client.get(found.get_absolute_url()).content.decode()

    assert "the text names port 9999, the guide is for 8000" in page
    with override("en"):
        assert strength_meaning("possible") in page
        heading = heading_of(first.guide, first.cause.section)
    assert f'#{first.cause.section}">' in page
    assert f"› {heading}</a>" in page
    assert f"</span>{first.score}</dd>" in page
    assert '<mark id="m15" class="symptom" title="Known message">ECONNREFUSED</mark>' in page
    assert "speaks strongly for it" in page
    assert '<span class="tag clue" data-lights="m38">Port<b class="mono">9999</b></span>' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "port", "against"),
    [
        ("en", "Port", "the text names port 9999, the guide is for 8000"),
        ("ko", "포트", "글에 나온 포트는 9999, 가이드의 포트는 8000"),
    ],
)
def test_the_api_and_the_terminal_say_it_in_both_languages(
    starter: None, language: str, port: str, against: str
) -> None:
    api = key_client("kb.match_text")
    address = f"/api/v1/match?lang={language}"

    body = api.post(address, {"text": OTHER_PORT}, format="json").json()
    said = api.post(
        f"/api/v1/match.txt?lang={language}", OTHER_PORT, content_type="text/plain"
    ).content.decode()

    cause = body["causes"][0]
    match = cause["match"]
    parts = [*match["why"], *match["against"]]
    assert sum(part["contribution"] for part in parts) == match["score"]
    assert all(part["name"] for part in parts)
    assert match["against"][0]["detail"] == against
    assert POSSIBLE_FROM <= match["confidence"] < STRONG_FROM or match["against"]
    assert match["means"]
    assert {fact["type"]: fact["name"] for fact in body["input"]["facts"]}["port"] == port
    assert cause["suggested_by"][0]["strength"] in ("strong", "moderate", "weak")
    assert cause["guide"]["section"]
    assert said.count(against) == 1, "a guide's reasons stand with its first cause"


@pytest.mark.django_db
def test_a_weak_guide_says_what_speaks_against_it(client: Client, starter: None) -> None:
    person(client, *RESPONDER)
    found = services.find_fixes("Connection refused by redis at 127.0.0.1:6379")
    diagnosis = services.diagnose(found)
    weak = [one for one in diagnosis.weak if one.match.against]
    assert weak

    page = client.get(found.get_absolute_url()).content.decode()

    for one in weak:
        with override("en"):
            for part in one.match.against:
                assert against_words(part.kind, part.label) in page
    assert Investigation.objects.get() == found
