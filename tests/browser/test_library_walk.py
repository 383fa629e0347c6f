"""A walk through the library: filter, open, history, compare, restore."""

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

FILE = """---
slug: walk-queue
language: en
title: The walking queue grows
summary: Jobs wait and nobody takes them.
services: [walking]
---
## Look {{#look}}

{text}
"""


def store(page, text: str) -> None:
    """Saved through the API by whoever is signed in."""
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "csrftoken")
    answer = page.context.request.post(
        "/api/v1/import?name=walk-queue.md",
        data=FILE.format(text=text).encode(),
        headers={"Content-Type": "text/markdown", "X-CSRFToken": token, "Referer": page.url},
    )
    assert answer.ok, answer.text()


def test_a_guide_is_found_compared_and_brought_back(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/guides/")
    store(page, "Count the waiting jobs.")
    store(page, "Count the waiting jobs, and restart the worker.")

    page.goto("/guides/")
    page.get_by_role("searchbox").fill("walking")
    expect(page.get_by_role("status").filter(has_text="1 of")).to_be_visible()
    page.wait_for_url(re.compile(r"q=walking"))
    page.get_by_role("navigation", name="Narrow the guides").get_by_role(
        "link", name="walking"
    ).click()
    page.wait_for_url(re.compile(r"service=walking"))
    keep(page, "library-1-filtered")
    page.get_by_role("link", name="The walking queue grows").click()
    page.wait_for_url("**/g/walk-queue/")

    page.goto("/g/walk-queue/history/")
    expect(page.locator("ins", has_text="and restart the worker")).to_be_visible()
    page.get_by_role("radio", name="Compare from revision 1").check()
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_url(re.compile(r"from=1"))
    keep(page, "library-2-compared")
    page.get_by_role("link", name="Restore revision 1").click()
    expect(page.locator("del", has_text="and restart the worker")).to_be_visible()
    keep(page, "library-3-preview")
    page.get_by_role("button", name="Restore revision 1").click()

    expect(page.get_by_text("Revision 1 is restored, as a new revision.")).to_be_visible()
    expect(page.get_by_text("From revision 2 to 3")).to_be_visible()
    keep(page, "library-4-restored")


def test_the_library_is_narrowed_on_a_phone_without_scripts(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto("/guides/")
    page.get_by_text("Filters", exact=True).click()
    page.locator(".facet-sheet").get_by_role("link", name="CORS").click()

    expect(
        page.get_by_role("link", name="A CORS error together with 502 Bad Gateway")
    ).to_be_visible()
    expect(page.locator(".facet-sheet summary").first).to_contain_text("CORS")
    keep(page, "library-5-phone")
