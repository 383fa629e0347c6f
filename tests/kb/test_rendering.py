"""Markdown becomes safe HTML that reads as its author meant."""

import os
import re
from pathlib import Path

import pytest
from django.utils import translation

from kb.rendering import Heading, render

SCRIPTS = [
    "<script>alert(1)</script>",
    '<img src="/x.png" onerror="alert(1)">',
    "[x](javascript:alert(1))",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<iframe src='/admin/'></iframe>",
    "<svg onload=alert(1)>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    '<form action="/x"><input name="a"><button>x</button></form>',
    "```\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "# <script>alert(1)</script> {#x}",
]


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("markdown", SCRIPTS)
def test_nothing_an_author_writes_can_run(markdown: str) -> None:
    html = render(f"before\n\n{markdown}\n\nafter").html.lower()

    assert "before" in html
    for forbidden in ("<script", "onerror=", "onload=", "javascript:", "<iframe", "<svg", "<style"):
        assert forbidden not in html
    for forbidden in (' style="', "<form", "<input", 'href="data:'):
        assert forbidden not in html


def test_an_author_cannot_imitate_a_copy_button() -> None:
    html = render('<button class="copy" data-copy-text="rm -rf /">Copy</button>').html

    assert html == "<p>Copy</p>"


def test_a_korean_particle_after_bold_stays_bold() -> None:
    html = render("마지막 숫자가 **PID(프로세스 ID)**입니다. **`0.0.0.0`**으로").html

    assert "<strong>PID(프로세스 ID)</strong>입니다" in html
    assert "<strong><code>0.0.0.0</code></strong>으로" in html


@pytest.mark.parametrize(
    ("markdown", "items", "lists"),
    [
        ("text:\n- a\n- b", 2, 1),
        ("text:\n1. a\n2. b", 2, 1),
        ("*   **a**: b\n*   **c**: d", 2, 1),
        ("1. a\n  - b\n  - c\n2. d", 4, 2),
        ("text\n  - a\n  - b", 2, 1),
        ("  - a\n  - b\n\ntext", 2, 1),
        ("```\n- a\n```\n- b", 1, 1),
        ("We began in\n2025. 이후 no list", 0, 0),
        ("| a |\n|---|\n| - b |", 0, 0),
    ],
    ids=[
        "after prose", "numbered after prose", "wide markers", "nested by two", "indented",
        "indented first", "after a fence", "a year is no list", "in a table",
    ],
)  # fmt: skip
def test_lists_are_lists_as_people_write_them(markdown: str, items: int, lists: int) -> None:
    html = render(markdown).html

    assert (html.count("<li>"), html.count("<ul>") + html.count("<ol>")) == (items, lists)


def test_a_heading_is_named_by_its_author_or_by_its_words() -> None:
    rendered = render("## Step 1: `포트` 확인 {#step-1}\n\n### 도커 상태\n\n### 도커 상태\n")

    assert rendered.toc == (
        Heading(id="step-1", text="Step 1: 포트 확인", level=2),
        Heading(id="도커-상태", text="도커 상태", level=3),
        Heading(id="도커-상태_1", text="도커 상태", level=3),
    )
    assert '<h2 id="step-1">Step 1: <code>포트</code> 확인</h2>' in rendered.html


def test_a_code_block_shows_its_language_and_copies_its_commands() -> None:
    html = render("```powershell\n# look\nnetstat -ano | findstr :8000\n```").html

    assert html.startswith('<figure class="code" data-language="powershell"><figcaption>')
    assert '<span class="tag environment">Windows</span>' in html
    assert 'data-copy-text="netstat -ano | findstr :8000">Copy</button>' in html
    assert '<pre tabindex="0"><code><span class="c"># look</span>' in html


@pytest.mark.parametrize(
    ("block", "copied"),
    [
        ("```bash\n$ ls\na.txt\n$ pwd\n```", "ls\npwd"),
        ("```powershell\nPS D:\\pro2\\LifeBit> python main.py\n```", "python main.py"),
        ("```python\n>>> import jwt\n```", "import jwt"),
        ("```python\n# kept\nx = 1\n```", "# kept\nx = 1"),
        ("- item\n\n  ```bash\n  ls\n  ```", "ls"),
        ("> ```bash\n> ls\n> ```", "ls"),
        ("```bash\nls", "ls"),
        ("```bash\nls\n- a note\n  that goes on\nINFO: started\n✅ done\npwd\n```", "ls\npwd"),
    ],
    ids=[
        "prompts",
        "windows",
        "python",
        "code",
        "in a list",
        "in a quote",
        "never closed",
        "notes",
    ],
)
def test_copy_takes_what_a_person_would_type(block: str, copied: str) -> None:
    assert f'data-copy-text="{copied}"' in render(block).html


@pytest.mark.parametrize(
    "block",
    [
        "```text\nERR_CONNECTION_REFUSED\n```",
        "```bash\n# only a comment\n```",
        "**잘못된 실행:**\n```bash\nuvicorn app.main:app\n```",
        "```bash\n# ❌ 잘못된 실행\npython main.py\n```",
        "```ts\n// ❌ before\na()\n// ✅ after\nb()\n```",
    ],
    ids=["output", "comment", "said wrong above", "marked wrong", "wrong beside right"],
)
def test_what_should_not_be_run_has_no_copy(block: str) -> None:
    html = render(block).html

    assert "<figure" in html
    assert "copy" not in html


def test_several_commands_can_be_copied_one_by_one() -> None:
    html = render("```bash\n# 1.\ndocker-compose down\n\n# 2.\ncurl \\\n  -X POST\n```").html

    assert html.count('<button type="button" class="copy"') == 3
    assert "<li><code>docker-compose down</code><button" in html
    assert 'data-copy-text="curl \\\n  -X POST">' in html
    assert "one-by-one" not in render("```bash\nls\n```").html


def test_a_wrong_command_says_do_not_run() -> None:
    html = render(
        "**잘못된 실행:**\n```bash\nuvicorn app.main:app\n```\n\n**올바른 실행:**\n\n```bash\nls\n```"
    ).html

    assert html.count('<figure class="code do-not-run"') == 1
    assert "Do not run this" in html


@pytest.mark.parametrize(
    "command",
    [
        "taskkill /F /PID 1234",
        "docker-compose down",
        "docker compose up -d --build --force-recreate",
        "rm -rf build",
        "kill -9 12",
        "DROP TABLE users;",
    ],
)
def test_a_command_that_throws_away_is_marked(command: str) -> None:
    assert "Cannot be undone" in render(f"```bash\n{command}\n```").html


@pytest.mark.parametrize("command", ["docker ps -a", "# rm -rf build\nls", "netstat -ano"])
def test_a_harmless_command_is_not_marked(command: str) -> None:
    assert "destructive" not in render(f"```bash\n{command}\n```").html


def test_tasks_show_as_checkboxes_that_take_no_input() -> None:
    html = render("1.  [ ] **`docker ps`** up?\n2.  [x] done").html

    assert html.count('<input type="checkbox" class="task"') == 2
    assert html.count(" disabled ") == 2
    assert html.count(" checked ") == 1
    assert "[ ]" not in html


def test_a_link_to_a_guide_leads_there_or_says_that_there_is_none() -> None:
    html = render("[a](./known.md#step-1) [b](missing.md)", guide_slugs=frozenset({"known"})).html

    assert '<a href="/g/known/#step-1"' in html
    assert '<span class="missing-guide" title="There is no such guide here.">b <span' in html
    assert "missing guide</span></span>" in html


@pytest.mark.parametrize(
    "source", ["https://a.example/x.png", "//a.example/x.png", "/\\a.example/x"]
)
def test_an_image_from_elsewhere_is_not_loaded(source: str) -> None:
    html = render(
        f'![alt]({source})\n\n<img src="{source}" alt="raw">\n\n![own](/static/x.png)'
    ).html

    assert html.count(" src=") == 1
    assert 'src="/static/x.png"' in html


def test_labels_are_in_the_readers_language() -> None:
    with translation.override("ko"):
        korean = render("```bash\nls\n```").html

    assert render("```bash\nls\n```").html.endswith("</figure>")
    assert "<figure" in korean


def test_a_warning_is_a_banner_and_the_next_quote_is_its_own() -> None:
    html = render("> **Do not.** a\n>\n> b\n\n> **주의.** c\n\n> **Ours.** d").html

    assert html.count("<blockquote") == 3
    assert re.findall(r'<blockquote class="(\w+)">', html) == ["bad", "warn"]


def test_a_large_table_and_long_text_are_rendered() -> None:
    html = render("| a | b |\n|:--|--:|\n" + "| 1 | 2 |\n" * 200).html

    assert html.count("<tr>") == 201
    assert '<td align="right">2</td>' in html


SHARED = Path(os.environ.get("KNOWNFIX_SHARED", Path(__file__).resolve().parents[3] / "shared"))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("document", "items"),
    [("connection-issue-guide", 9), ("ai-api-connection-report", 48), ("cors-502-runbook", 20)],
)
def test_the_source_documents_lose_no_list_item_and_no_bold(document: str, items: int) -> None:
    html = render((SHARED / "sources" / f"{document}.md").read_text("utf-8")).html

    text = re.sub(r"<figure.*?</figure>|<code>.*?</code>", "", html, flags=re.DOTALL)
    assert text.count("<li>") == items
    assert "**" not in text
    assert re.findall(r"^\s*[*+-] ", re.sub(r"<[^>]+>", "", text), re.MULTILINE) == []
