"""A translation edited beside its original in real Chromium, and the admin's pages as axe sees them."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGE = "/g/connection/translation/en/"
LOOKED_AT = (
    "/admin/",
    "/admin/kb/guide/",
    "/admin/kb/searchgap/",
    "/admin/probes/run/",
    "/admin/auth/user/1/change/",
    "/admin/config/apikey/add/",
    "/translations/",
    PAGE,
)


def violations(page) -> dict[str, list[str]]:
    from axe_playwright_python.sync_playwright import Axe

    answer = Axe().run(page, options={"runOnly": LEVELS}).response
    return {
        one["id"]: [str(node["target"]) for node in one["nodes"]] for one in answer["violations"]
    }


def test_translation_is_tried_and_saved_and_catches_up_with_its_original(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/admin/kb/guide/?q=connection")
    page.locator("#result_list tbody input[type=checkbox]").first.check()
    page.locator("select[name=action]").select_option(label="Still right: due again in 90 days")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    page.goto(PAGE)
    page.get_by_label("Title").fill("The server does not answer")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("not saved yet")
    expect(page.get_by_label("Title")).to_have_value("The server does not answer")

    page.get_by_role("button", name="Save the translation").click()
    expect(page.get_by_text("Saved as revision")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("The server does not answer")

    page.goto("/admin/")
    expect(page.locator(".edits")).to_contain_text("admin")
    keep(page, "admin-front")


@pytest.mark.parametrize("width", [1400, 390], ids=["desk", "phone"])
def test_admin_pages_have_no_finding_and_no_sideways_scrolling(
    width: int, open_page: Callable
) -> None:
    # Axe is put into the page, which the policy of the pages forbids.
    page = open_page(bypass_csp=True)
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for address in LOOKED_AT:
        page.goto(address)
        if wrong := violations(page):
            found[address] = wrong
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address

    assert found == {}
