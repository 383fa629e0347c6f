"""The guides that come with the product say the same in both languages and hold together."""

import re
from pathlib import Path

import pytest
import yaml

from kb import ingest
from kb.ingest import GuideDraft, TranslationDraft

STARTER = Path(__file__).parents[2] / "kb" / "starter"
SLUGS = ("connection", "cors-502", "ai-api")
HEADING = re.compile(r"^#+ .*\{#([\w-]+)\}\s*$", re.MULTILINE)
LINK = re.compile(r"\]\(#([\w-]+)\)")
HANGUL = re.compile("[가-힣]")
CODE = re.compile("`[^`]+`")
FILLED_IN = re.compile("<[^>]+>")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def guide(slug: str) -> GuideDraft:
    draft = ingest.parse((STARTER / f"{slug}.ko.md").read_text(encoding="utf-8"))
    assert isinstance(draft, GuideDraft)
    return draft


def translation(slug: str) -> TranslationDraft:
    draft = ingest.parse((STARTER / f"{slug}.en.md").read_text(encoding="utf-8"))
    assert isinstance(draft, TranslationDraft)
    return draft


def resolutions(draft: GuideDraft, *, with_a: str = "title") -> list[str]:
    return [
        f"{cause.slug}/{one.slug}"
        for cause in draft.causes
        for one in cause.resolutions
        if getattr(one, with_a)
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_have_the_same_sections_in_the_same_order(slug: str) -> None:
    assert HEADING.findall(translation(slug).body) == HEADING.findall(guide(slug).body) != []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_leads_to_a_section(slug: str) -> None:
    for body in (guide(slug).body, translation(slug).body):
        assert set(LINK.findall(body)) - set(HEADING.findall(body)) == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_that_has_a_name_has_one_in_english(slug: str) -> None:
    original, names = guide(slug), translation(slug).names

    assert names["causes"].keys() == {cause.slug for cause in original.causes}
    assert names["checks"].keys() == {check.slug for check in original.checks}
    assert names["parameters"].keys() == original.parameters.keys()
    assert names["resolutions"].keys() == set(resolutions(original))
    assert names["cautions"].keys() == set(resolutions(original, with_a="caution"))
    assert names["rollbacks"].keys() == set(resolutions(original, with_a="rollback"))


@pytest.mark.parametrize("slug", SLUGS)
def test_no_name_in_english_holds_korean(slug: str) -> None:
    draft = translation(slug)
    words = [text for names in draft.names.values() for text in names.values()]

    assert [text for text in (draft.title, draft.summary, *words) if HANGUL.search(text)] == []


def test_every_question_to_a_person_is_in_both_languages() -> None:
    probes = yaml.safe_load((STARTER / "probes.yaml").read_text(encoding="utf-8"))
    asked = {slug: one["params"] for slug, one in probes.items() if one["kind"] == "manual"}

    assert len(asked) == 5
    assert [slug for slug, one in asked.items() if HANGUL.search(one["question"])] == []
    assert [
        slug for slug, one in asked.items() if not HANGUL.search(one["translations"]["ko"])
    ] == []
    for one in asked.values():
        assert commands_in(one["question"]) == commands_in(one["translations"]["ko"])


def commands_in(question: str) -> list[str]:
    return CODE.findall(FILLED_IN.sub("<>", question))


@pytest.mark.parametrize("slug", SLUGS)
def test_commands_are_the_same_in_both_languages(slug: str) -> None:
    """Up to what a reader fills in (`<...>`) and the words behind a `#`."""
    assert commands(translation(slug).body) == commands(guide(slug).body) != []


def commands(body: str) -> list[tuple[str, str]]:
    return [
        (language, re.sub(r"<[^>]+>|\s+# .*", "", text)) for language, text in FENCE.findall(body)
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_command_says_what_it_is_for_copying(slug: str) -> None:
    languages = {language for language, _ in FENCE.findall(guide(slug).body)}

    assert languages <= {"bash", "powershell", "python", "typescript", "text"}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_repair_can_be_verified_and_what_changes_something_can_be_undone(slug: str) -> None:
    repairs = [
        one for cause in guide(slug).causes for one in cause.resolutions if one.kind != "avoid"
    ]

    assert [one.slug for one in repairs if not one.verify] == []
    assert [one.slug for one in repairs if one.risk != "none" and not one.rollback] == []


@pytest.mark.parametrize("name", ["url", "origin", "target_host"])
def test_a_guide_about_a_public_host_asks_for_it_and_has_no_default(name: str) -> None:
    parameter = guide("cors-502").parameters[name]

    assert (parameter.required, parameter.default) == (True, None)
    assert guide("connection").parameters["port"].default == 8000


def test_what_no_document_names_is_marked_inferred() -> None:
    marked = {
        f"{slug}/{cause.slug}": cause.provenance for slug in SLUGS for cause in guide(slug).causes
    }

    inferred = {key for key, provenance in marked.items() if provenance == "inferred"}
    assert inferred == {
        "connection/missing-module",
        "connection/rejected",
        "connection/hung",
        "connection/slow-start",
        "connection/wrong-directory",
        "connection/out-of-memory",
        "connection/unhealthy",
        "connection/one-family",
        "ai-api/app-not-loading",
        "ai-api/database-down",
        "cors-502/origin-not-allowed",
        "cors-502/no-target",
        "cors-502/host-firewall",
    }
