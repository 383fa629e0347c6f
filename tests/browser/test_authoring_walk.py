"""What becomes a guide, in real Chromium: a gap, an incident, and a guide that is due for review."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
UNKNOWN = "plover vase shattered on the pillow"


def paste(page, text: str) -> None:
    page.goto("/")
    page.locator("main textarea").first.fill(text)
    page.get_by_role("button", name="Find fixes").click()
    page.wait_for_url("**/i/inv_*/")


def test_what_nobody_answers_twice_becomes_a_draft_in_one_press(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport=PHONE, color_scheme="dark")
    paste(page, UNKNOWN)
    paste(page, UNKNOWN)
    page.get_by_role("link", name="Counted among the gaps: asked 2 times").click()
    # On a phone the pages beyond the first four stand in a menu, which is called after the open one.
    expect(page.locator(".nav summary")).to_have_text("Gaps")
    expect(page.locator(".nav summary")).to_be_in_viewport(ratio=1)
    gap = page.locator(".gap").filter(has_text=UNKNOWN)
    gap.get_by_role("button", name="Write a guide from it").click()

    page.wait_for_url("**/admin/kb/guide/*/change/")
    assert UNKNOWN in page.locator("textarea[name=body]").input_value()
    page.goto("/gaps/")
    expect(gap.get_by_role("button", name="Go on writing")).to_be_visible()
    keep(page, "authoring-1-gap")


def test_an_incident_becomes_a_guide_that_answers_the_next_paste(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport=PHONE)
    page.goto("/incidents/new/")
    page.get_by_label("What is wrong?").fill("The troll bridge is closed")
    page.get_by_label("The error as it was shown").fill("FATAL: trollbridge toll refused at gate 9")
    page.get_by_role("button", name="Open the incident").click()
    page.wait_for_url("**/incidents/inc_*/")

    page.get_by_role("link", name="Make a guide of it").click()
    page.get_by_label("Other words people will paste").fill("trollbridge toll refused")
    page.get_by_label("What fixed it?").fill("Pay the troll")
    page.get_by_label("The cause", exact=True).fill("The troll was not paid")
    keep(page, "authoring-2-promote")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/g/*/")

    paste(page, "FATAL: trollbridge toll refused at gate 4")
    expect(page.locator(".cause").first).to_contain_text("The troll was not paid")
    expect(page.locator(".cause").first).to_contain_text("Pay the troll")


def test_a_guide_is_found_still_valid_with_one_press(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport=PHONE)
    page.goto("/review/")
    row = page.locator(".review-row").first
    title = row.get_by_role("link").first.inner_text()
    keep(page, "authoring-3-review")
    row.get_by_role("button", name="Still valid, +90 days").click()

    again = (timezone.localdate() + timedelta(days=90)).isoformat()
    expect(page.locator(".messages")).to_be_visible()
    expect(page.locator(".review-row").filter(has_text=title)).to_contain_text(again)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
