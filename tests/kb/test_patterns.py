"""Patterns that authors write: RE2 only, refused with their place, the same on every surface."""

import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kb.ingest import BadGuide
from kb.matching import analyse
from kb.matching.phrases import find_pattern
from kb.models import Guide, GuideRevision, Symptom
from kb.services import publish_guide
from kb.services.guides.guides import plan_import, save_guide
from kb.services.guides.patterns import SAYS_NOTHING, problem_of
from probes.services import load_probes
from tests.factories import make_user
from tests.kb.test_guides import PROBES, TEXT, guide_draft

GOOD = "'Errno 98|10048'"
IN_FILE = "connection.md:14: symptoms.bind-failed.pattern: "


def sentence(pattern: str) -> str:
    problem = problem_of(pattern)
    return problem.template % problem.values if problem else ""


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("Errno (98|10048", 7),
        ("ab(cd(ef", 3),
        ("한글 (a|b) [z", 10),
        ("(a|b))c", 6),
        ("a*|*", 4),
        ("(*)|a*", 2),
        ("abc**", 4),
        ("port a{2000}", 7),
        ("a{2}b{3,1}", 6),
        ("[a-z]x[z-a]", 8),
        (r"\d+ \p{Foo}", 5),
        ("refused(?<!x)", 8),
        (r"(a) \1", 5),
        ("refused\\", 8),
        ("(", 1),
    ],
)
def test_a_pattern_that_does_not_compile_is_refused_with_its_place(
    pattern: str, place: int
) -> None:
    problem = problem_of(pattern)

    assert problem is not None
    assert problem.values["place"] == place


@pytest.mark.parametrize("pattern", [".*", "x*", "a?", "(refused)?", "a|", "^", "$", r"\b", "()"])
def test_a_pattern_that_needs_nothing_is_refused(pattern: str) -> None:
    assert "found in every text" in sentence(pattern)


@pytest.mark.parametrize(
    "pattern", [".", ".+", r"\w+", r"\d", r"\S+ \S+", "[가-힣]{2}", r"[^\n]{9}"]
)
def test_a_pattern_that_is_found_in_any_text_is_refused(pattern: str) -> None:
    assert "found in any text" in sentence(pattern)


@pytest.mark.parametrize("pattern", [r"\pL{1000}x", r"(\pL|\pN){0,400}refused"])
def test_a_pattern_too_large_for_memory_is_refused(pattern: str) -> None:
    assert "too much memory" in sentence(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(x+x+)+y", r"[^\n]{0,240}refused", r"x.{0,60}y.{0,60}z.{0,60}q", "(a|aa)+$b"]
)
def test_what_is_kept_is_quick_on_the_longest_text(pattern: str) -> None:
    """Where backtracking takes minutes or years; a whole text takes RE2 milliseconds."""
    assert problem_of(pattern) is None
    started = time.process_time()

    find_pattern(pattern, "x" * 50_000 + "가 aa1 " * 8_000)

    assert time.process_time() - started < 1


@pytest.mark.django_db
def test_the_starter_guides_patterns_are_kept(starter: None) -> None:
    patterns = Symptom.objects.exclude(pattern="").values_list("pattern", flat=True)

    assert len(patterns) > 10
    assert [pattern for pattern in patterns if problem_of(pattern)] == []


BAD = {
    "Errno (98": "the ( at character 7 is not closed",
    ".*": "the pattern needs nothing at all",
    r"\w+": "the pattern is found in any text",
    r"(\pL|\pN){0,400}x": "the pattern needs too much memory",
}


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", BAD)
def test_an_import_is_refused_with_the_line_of_the_file(pattern: str) -> None:
    load_probes(PROBES, by=None, approve=True)

    plan = plan_import([("connection.md", TEXT.replace(GOOD, f"'{pattern}'"))])

    (complaint,) = plan.complaints
    assert str(complaint).startswith(IN_FILE + BAD[pattern])


@pytest.mark.django_db
def test_the_command_refuses_it_with_the_line_of_the_file(tmp_path: Path) -> None:
    load_probes(PROBES, by=None, approve=True)
    file = tmp_path / "connection.md"
    file.write_text(TEXT.replace(GOOD, "'.*'"))

    with pytest.raises(CommandError, match=r"connection\.md:14: symptoms\.bind-failed\.pattern"):
        call_command("import_guides", file, yes=True, stdout=StringIO())

    assert not Guide.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", BAD)
def test_a_guide_is_not_published_with_it(pattern: str) -> None:
    load_probes(PROBES, by=None, approve=True)
    guide = save_guide(guide_draft(), by=None, source=GuideRevision.Source.IMPORT).guide
    guide.symptoms.filter(slug="bind-failed").update(pattern=pattern)

    with pytest.raises(BadGuide) as refused:
        publish_guide(guide, by=make_user())

    (complaint,) = refused.value.complaints
    assert complaint.field == "symptoms.bind-failed.pattern"
    assert complaint.message.startswith(BAD[pattern])


@pytest.mark.parametrize("sample", SAYS_NOTHING)
def test_what_says_nothing_says_nothing_to_the_matcher_either(sample: str) -> None:
    analysis = analyse(sample)

    assert (analysis.facts, analysis.concepts) == ((), ())
