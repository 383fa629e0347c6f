"""Upkeep of many guides at once, in real Chromium: one box ticks a page, and the deeds follow."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser


def test_one_box_ticks_every_guide_of_the_page(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/review/")
    every = page.get_by_label("Choose all on this page")
    rows = page.locator(".review-row input[type=checkbox]")
    count = rows.count()
    assert count > 1

    every.focus()
    page.keyboard.press("Space")
    expect(page.locator(".review-row input:checked")).to_have_count(count)

    rows.first.uncheck()
    assert every.evaluate("box => box.indeterminate && !box.checked")
    page.mouse.wheel(0, 2000)
    expect(page.locator(".bulk")).to_be_in_viewport()


def test_without_scripts_guides_are_ticked_one_by_one(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=False)
    page.goto("/review/")

    expect(page.get_by_label("Choose all on this page")).to_be_hidden()
    expect(page.locator(".bulk strong")).to_be_visible()
    page.locator(".review-row input[type=checkbox]").first.check()
    page.locator(".bulk").get_by_role("button", name="Still valid, +90 days").click()
    expect(page.locator(".messages")).to_be_visible()
