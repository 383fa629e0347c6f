"""Guides written in real Chromium: the preview beside the text, pictures, trials, comparisons."""

import base64
import re
from collections.abc import Callable

import pytest

from tests.kb.test_guide_form_editor import PNG

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PASTE = """([text, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "shot.png", { type: "image/png" }));
  const paste = new ClipboardEvent("paste", { clipboardData: carried, cancelable: true, bubbles: true });
  text.dispatchEvent(paste);
}"""


def open_guide(page, words: str = "localhost:3000") -> None:
    page.goto(f"/admin/kb/guide/?q={words}")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")


def problems(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]


def test_what_is_typed_is_seen_and_saved_without_leaving_the_text(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/admin/kb/guide/add/")
    page.locator("[name=title]").press_sequentially("Typed beside its preview")
    page.locator("select[name=language]").select_option("en")
    page.get_by_role("button", name="Insert template").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name="How to fix it")).to_be_visible()

    body = page.locator("[name=body]")
    body.press("ControlOrMeta+End")
    body.press_sequentially("\n```\nls")
    warning = page.get_by_role("link", name="Line ")
    expect(warning).not_to_have_count(0)
    warning.first.click()
    assert (
        body.evaluate("(text) => text.value.slice(text.selectionStart, text.selectionEnd)") == "```"
    )

    page.evaluate(PASTE, [body.element_handle(), base64.b64encode(PNG).decode()])
    expect(body).to_have_value(re.compile(r"!\[shot\]\(/pictures/"))
    keep(page, "editor-1-written")

    body.press("ControlOrMeta+s")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert "/pictures/" in page.locator("[name=body]").input_value()


def test_symptoms_are_tried_on_a_phone(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport=PHONE, color_scheme="dark", bypass_csp=True)
    open_guide(page)
    page.get_by_label("An error as people paste it").fill("it said ERR_CONNECTION_REFUSED")
    page.get_by_role("button", name="Try the symptoms").click()
    expect(page.locator(".trial-text mark")).to_have_text("ERR_CONNECTION_REFUSED")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert problems(page) == []
    keep(page, "editor-2-tried", whole=False)


def test_two_edits_of_one_text_are_put_together(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    first, second = open_page(), open_page(bypass_csp=True)
    for page in (first, second):
        open_guide(page, "cors")
    body = first.locator("[name=body]").input_value()
    first.locator("[name=body]").fill(f"{body}\nThe last line is theirs.")
    first.get_by_role("button", name="Save and continue editing").click()
    expect(first.locator(".messagelist .success")).to_be_visible()

    second.locator("[name=body]").fill(f"The first line is mine.\n{body}")
    second.get_by_role("button", name="Save and continue editing").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
    assert problems(second) == []
    keep(second, "editor-3-compared")
    second.get_by_role("button", name="Save on top of theirs").click()
    expect(second.locator(".messagelist .success")).to_be_visible()

    open_guide(second, "cors")
    kept = second.locator("[name=body]").input_value()
    assert kept.startswith("The first line is mine.")
    assert kept.endswith("The last line is theirs.")
