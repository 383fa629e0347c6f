"""What a responder at night must not lose: words typed beside live checks, ticks, a long log."""

from collections.abc import Callable

import pytest

from tests.browser.test_guide_walk import look
from tests.browser.test_walk import free_port

pytestmark = pytest.mark.browser

LONG_LOG = "".join(f"{n:06d} INFO 요청을 받았습니다 GET /health 200\n" for n in range(25_000))


def test_what_is_typed_beside_checks_outlives_their_updates(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/")
    page.locator("#rail-values > summary").click()
    page.locator("[id='p-connection/port']").fill(str(free_port()))
    look(page, "Run all checks")
    witness = page.locator("details.ask").first
    if not witness.is_visible():
        page.locator("details.folded > summary").first.click()
    # Rows change their places while checks run.
    witness = page.locator(f"[id={witness.get_attribute('id')}]")
    witness.locator("summary").click()
    note = witness.get_by_role("textbox")
    note.fill("seen by hand")
    page.evaluate("document.getElementById('run-all').click()")
    page.locator(".rail progress").wait_for(state="attached")

    expect(page.locator(".rail progress")).to_have_count(0, timeout=60_000)

    expect(note).to_have_value("seen by hand")
    expect(note).to_be_focused()


def test_ticks_of_a_case_are_seen_by_the_next_person(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/")
    look(page, "Run all checks")
    boxes = page.locator(".prose input[type=checkbox]")
    for number in (0, 1):
        with page.expect_response(lambda answer: "tick" in answer.url):
            boxes.nth(number).click()

    page.reload()
    other = open_page()
    other.goto(page.url)

    for reader in (page, other):
        seen = reader.locator(".prose input[type=checkbox]")
        expect(seen.nth(0)).to_be_checked()
        expect(seen.nth(1)).to_be_checked()
        expect(seen.nth(2)).not_to_be_checked()


def test_log_of_megabytes_is_shortened_before_it_is_sent(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/")
    pasted = LONG_LOG + "connect ECONNREFUSED 127.0.0.1:8000"
    # Not `fill`, which is slow beyond what any person's paste is.
    page.locator("textarea.paste").evaluate("(field, text) => (field.value = text)", pasted)
    page.get_by_role("button", name="Find fixes").click()

    page.wait_for_url("**/i/**", timeout=60_000)
    expect(page.locator(".results-side")).to_contain_text("the middle was left out")
    expect(page.locator("[data-card]").first).to_contain_text("not running")


def test_file_that_is_long_is_read_at_both_ends(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/")
    page.locator("input[data-reads]").set_input_files(
        {
            "name": "app.log",
            "mimeType": "text/plain",
            "buffer": ("first\n" + LONG_LOG + "last").encode(),
        }
    )

    expect(page.locator("#announce")).to_contain_text("its beginning and its end were read")
    read = page.locator("textarea.paste").input_value()
    assert read.startswith("first")
    assert read.endswith("last")
    assert len(read) < 210_000
