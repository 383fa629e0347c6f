"""With the keyboard alone, and with the switches of language and theme as a person uses them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.test_walk import follow, free_port, repaired

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const at = document.activeElement;
  return at ? (at.innerText || at.value || at.getAttribute('aria-label') || '').trim() : '';
}"""
# The ring that shows where the keyboard is.
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            assert page.evaluate(RING), f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"Tab never came to {name}")


def test_from_paste_to_fixed_with_the_keyboard_alone(
    open_page: Callable, keep: Callable, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    port = free_port()
    page = open_page()
    page.goto("/")
    page.keyboard.type(f"GET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/i/**")

    tab_to(page, "Run all checks")
    keep(page, "keyboard-1-focus", whole=False)
    follow(page, lambda: page.keyboard.press("Enter"))
    expect(page.locator("ol.causes > li").first).to_contain_text("Supported", timeout=30_000)

    with repaired(port, tmp_path):
        tab_to(page, "Run the verifying check")
        follow(page, lambda: page.keyboard.press("Enter"))
        expect(page.get_by_role("button", name="This fixed it").first).to_be_enabled()
        tab_to(page, "✓ This fixed it")
        keep(page, "keyboard-2-fixed", whole=False)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Fixed, and recorded")).to_be_visible()


def test_the_language_switch_keeps_the_page(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/incidents/?show=all")

    page.get_by_role("button", name="한국어로 바꾸기").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("인시던트")
    assert page.url.endswith("/incidents/?show=all")
    keep(page, "switch-1-korean")
    page.goto("/admin/kb/guide/")
    expect(page.locator("html")).to_have_attribute("lang", "ko")

    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/admin/kb/guide/")


def test_the_theme_switch_stays_and_reaches_the_admin(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(color_scheme="light")
    page.goto("/guides/")
    bright = background(page)

    page.get_by_role("button", name="Theme: as the device").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    dark = background(page)
    assert dark != bright
    keep(page, "switch-2-dark")
    page.goto("/g/connection/")
    assert background(page) == dark
    page.goto("/admin/kb/guide/add/")
    assert background(page) != bright
    keep(page, "switch-3-dark-admin")
    page.get_by_role("button", name="Theme: dark").click()
    expect(page.get_by_role("button", name="Theme: as the device")).to_be_visible()
    assert background(page) == bright


def background(page) -> str:
    # A page that is just being left has no body; ask the one that stands.
    return page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")


def test_a_wrong_address_says_so_and_leads_on(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(expected=(404,))

    assert page.goto("/g/no-such-guide/").status == 404

    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(page.get_by_text("req_")).to_be_visible()
    keep(page, "wrong-address")
    page.get_by_placeholder("Search the guides").fill("CORS")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guides/?q=CORS")
    expect(page.get_by_role("link", name="CORS").first).to_be_visible()
