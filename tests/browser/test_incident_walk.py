"""An incident in real Chromium: logged beside what is like it, worked on, merged, and reopened."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

TEXT = "grue lantern dark at step {}"


def log(page, title: str, text: str = "") -> None:
    page.goto("/incidents/new/")
    page.get_by_label("What is wrong?").fill(title)
    page.get_by_label("The error as it was shown").fill(text)
    page.get_by_role("button", name="Open the incident").click()
    page.wait_for_url("**/incidents/inc_*/")


def test_the_same_error_joins_the_incident_that_is_there(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    log(page, "The lantern is dark", TEXT.format(1))
    there = page.url

    page.goto("/incidents/new/?template=connection-report")
    assert "## Lessons" in page.locator("textarea[name=report]").input_value()
    page.get_by_label("What is wrong?").fill("Dark again")
    page.get_by_label("The error as it was shown").press_sequentially(TEXT.format(2))
    expect(page.locator("#similar")).to_contain_text("This looks like")
    keep(page, "lifecycle-1-similar")
    page.get_by_role("button", name="Add it there").click()

    page.wait_for_url(f"{there}**")
    expect(page.locator(".timeline")).to_contain_text("Dark again")


def test_what_was_typed_outlives_leaving_the_page(open_page: Callable) -> None:
    page = open_page()
    page.goto("/incidents/new/")
    page.get_by_label("What is wrong?").fill("Half a sentence")

    page.goto("/guides/")
    page.goto("/incidents/new/")

    assert page.get_by_label("What is wrong?").input_value() == "Half a sentence"


def test_a_night_with_an_incident(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(expected=(400,), viewport={"width": 390, "height": 844}, color_scheme="dark")
    log(page, "The grue is back", "grue seen at door 4")

    page.get_by_role("button", name="I take it").click()
    expect(page.locator(".stage.here")).to_contain_text("Investigating")
    page.get_by_text("Add an attempt").click()
    page.get_by_label("What was tried?").fill("Lit the lantern")
    page.locator("#add-attempt").get_by_role("button", name="Write it down").click()
    expect(page.locator(".tried")).to_contain_text("Lit the lantern")
    page.get_by_text("Add an action item").click()
    page.get_by_label("What has to be done?").fill("Buy oil")
    page.get_by_label("Due").fill("2026-01-05")
    page.locator("#add-action").get_by_role("button", name="Write it down").click()
    expect(page.locator(".late")).to_contain_text("overdue by")
    page.get_by_role("button", name="Done: Buy oil").click()
    expect(page.locator(".late")).to_have_count(0)
    keep(page, "lifecycle-2-worked-on", whole=False)

    page.get_by_text("Close with what fixed it").click()
    page.get_by_label("Was it repaired or worked around?").select_option("workaround")
    page.get_by_label("In your words").fill("Closed the door.")
    page.get_by_role("button", name="Close the incident").click()
    keep(page, "lifecycle-3-refused", whole=False)
    expect(page.get_by_text("choose the known error")).to_be_visible()
    page.get_by_label("Was it repaired or worked around?").select_option("fix")
    page.get_by_role("button", name="Close the incident").click()
    expect(page.locator(".outcome")).to_contain_text("Closed the door.")

    page.get_by_text("It came back: reopen it").click()
    page.get_by_label("Why is it looked at again?").fill("It came through the window.")
    page.get_by_role("button", name="Investigate again").click()
    expect(page.locator(".timeline")).to_contain_text("It came through the window.")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways on a phone"


def test_a_duplicate_is_merged_and_its_lines_are_marked(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    log(page, "The first of two")
    first = page.url.rstrip("/").rpartition("/")[2]
    log(page, "The second of two")

    page.get_by_text("It is the same as another incident").click()
    page.get_by_label("Or its id").fill(first)
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("The first of two")
    expect(page.locator(".timeline")).to_contain_text("Turned out to be the same")
    keep(page, "lifecycle-4-merged")
    page.get_by_role("link", name="The second of two").first.click()
    page.get_by_role("button", name="Take it out again").click()
    expect(page.get_by_text("It stands alone again.")).to_be_visible()
