"""Importing a document as a person does: choose a file, accept, correct, create; without scripts too."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

DOCUMENTS = Path(__file__).parents[1] / "documents"
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("language", ["en-US", "ko-KR"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_in_both_languages_and_themes(
    open_page: Callable, keep: Callable, language: str, scheme: str
) -> None:
    page = open_page(viewport=PHONE, locale=language, color_scheme=scheme)
    page.goto("/import/")
    page.set_input_files("input[name=document]", DOCUMENTS / "search-report.md")
    page.click("button[value=read]")
    page.wait_for_selector("#check-50")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    keep(page, f"import-{language}-{scheme}")


def test_a_document_is_imported_without_scripts(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=False)
    page.goto("/guides/")
    page.get_by_role("link", name="Import a document").click()
    page.set_input_files("input[name=document]", DOCUMENTS / "worker-runbook.md")
    page.get_by_role("button", name="Read the document").click()

    page.get_by_role("button", name="Accept all: Checks").click()
    page.get_by_role("checkbox", name="Accept “503 Service Unavailable”").check()
    page.get_by_label("Words for line 54").fill("Is the queue getting shorter?")
    page.get_by_label("Short name").fill("worker-down")
    page.get_by_role("button", name="Create the guide").click()

    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    page.get_by_role("link", name="작업 서버가 응답하지 않을 때").click()
    page.wait_for_url("**/g/worker-down/")
    expect(page.get_by_text("Is the queue getting shorter?").first).to_be_visible()
    expect(page.get_by_text("netstat -ano | findstr :9100").first).to_be_visible()
