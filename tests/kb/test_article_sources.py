"""The three documents the product began with, rendered: nothing of them is lost or misread."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils import translation

from kb.rendering import Around, article

SHARED = Path(os.environ.get("KNOWNFIX_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CONNECTION, REPORT, RUNBOOK = (
    "connection-issue-guide", "ai-api-connection-report", "cors-502-runbook",
)  # fmt: skip

pytestmark = pytest.mark.shared


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def markdown(document: str) -> str:
    return (SHARED / "sources" / f"{document}.md").read_text("utf-8")


def shown(document: str, *, is_article: bool = True) -> str:
    return article(markdown(document)).html(Around(is_article=is_article))


class Prose(HTMLParser):
    """The text outside of code and headings, the list items by how deep they stand, and tags by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.depths, self.tags = "", [], []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "li" and "figure" not in self._open:
            self.depths.append(sum(one in ("ul", "ol") for one in self._open))
        if tag not in ("br", "hr", "img", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"figure", "code", "h1", "h2", "h3", "h4"} & set(self._open):
            self.text += data


@pytest.mark.parametrize(
    ("document", "items", "levels"), [(CONNECTION, 9, 1), (REPORT, 48, 1), (RUNBOOK, 20, 2)]
)
def test_no_list_item_is_lost_and_no_level(document: str, items: int, levels: int) -> None:
    prose = Prose(shown(document))

    assert len(prose.depths) == items
    assert max(prose.depths) == levels


@pytest.mark.parametrize("document", [CONNECTION, REPORT, RUNBOOK])
def test_no_marker_of_markdown_is_left_over(document: str) -> None:
    text = Prose(shown(document)).text

    assert "**" not in text
    assert "```" not in text
    assert re.findall(r"^\s*(?:[*+-]|\d+\.|#{1,6}|\|)\s", text, re.MULTILINE) == []
    assert not re.search(r"\[[ x]\]", text)


@pytest.mark.parametrize(
    ("document", "bold"),
    [
        (CONNECTION, ["<strong>PID(프로세스 ID)</strong>입니다", "<strong><code>0.0.0.0</code></strong>으로"]),
        (REPORT, ["<strong>주요 원인들</strong>:"]),
        (RUNBOOK, ["<strong>502는 Django가 아니라 프록시(ALB 등)에서 반환</strong>됨"]),
    ],
)  # fmt: skip
def test_bold_before_a_particle_is_bold(document: str, bold: list[str]) -> None:
    html = shown(document, is_article=False)

    assert [words for words in bold if words not in html] == []


@pytest.mark.parametrize(("document", "headings"), [(CONNECTION, 8), (REPORT, 45), (RUNBOOK, 10)])
def test_every_heading_can_be_linked_to(document: str, headings: int) -> None:
    text = article(markdown(document))
    written = re.sub(r"^```.*?^```", "", markdown(document), flags=re.MULTILINE | re.DOTALL)
    html = text.html(Around(is_article=True))

    assert len(text.toc) == len(re.findall(r"^#{1,6} ", written, re.MULTILINE))
    assert len({heading.id for heading in text.toc}) == len(text.toc) >= headings
    assert not [heading for heading in text.toc if re.fullmatch(r"_\d+|", heading.id)]
    assert html.count('class="anchor"') == len(text.toc)


def test_the_tables_and_the_checklist_are_there() -> None:
    assert Prose(shown(RUNBOOK)).tags.count("tr") == 4
    assert Prose(shown(CONNECTION)).tags.count("input") == 4


@pytest.mark.parametrize(
    ("document", "copied"),
    [
        (
            CONNECTION,
            [
                "netstat -ano | findstr :8000",
                "taskkill /F /PID 1234",
                "docker ps -a",
                "docker logs backend",
                "uvicorn app.main:app --host 0.0.0.0 --port 8000 --reload",
                "docker-compose down\ndocker-compose up -d --build --force-recreate\n"
                "docker-compose logs -f backend",
            ],
        ),
        (RUNBOOK, [".\\scripts\\check_api_alb.ps1"]),
    ],
)
def test_what_can_be_copied_is_what_a_person_would_type(document: str, copied: list[str]) -> None:
    html = shown(document, is_article=False)
    heads = re.findall(r"<figcaption>(.*?)</figcaption>", html, re.DOTALL)
    found = [re.findall(r'data-copy-text="(.*?)"', head, re.DOTALL) for head in heads]

    assert [one.replace("&amp;", "&") for texts in found for one in texts] == copied


def test_what_must_not_be_run_and_what_cannot_be_undone_says_so() -> None:
    html = shown(CONNECTION)

    assert html.count("Do not run this") == 1
    assert html.count("Cannot be undone") == 2
    assert html.count("one-by-one") == 1
    assert shown(REPORT).count("Do not run this") == 1


def test_notes_and_output_in_a_shells_fence_are_not_copied() -> None:
    html = shown(REPORT, is_article=False)
    copied = "\n".join(re.findall(r'data-copy-text="(.*?)"', html, re.DOTALL))

    for note in ("Windows 10", "Before:", "INFO:", "ModuleNotFoundError", "✅", "ERR_CONNECTION"):
        assert note not in copied
    assert "Invoke-RestMethod -Uri &quot;http://localhost:8001/&quot; -Method GET" in copied
    assert "PS&gt;" not in copied


@pytest.mark.parametrize("document", [CONNECTION, REPORT, RUNBOOK])
def test_the_documents_have_no_commands_for_two_systems(document: str) -> None:
    assert not article(markdown(document)).has_variants


def test_documents_that_are_named_and_not_there_are_seen_to_be_missing() -> None:
    html = article("[보고서](./마이페이지_데이터베이스_연동_해결_보고서.md)").html(Around())

    assert "missing guide" in html
