"""A guide in real Chromium: its checks, its verdict, its section, what fixed it, and undoing that."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.browser.test_walk import free_port

pytestmark = pytest.mark.browser


@contextmanager
def listening(port: int) -> Iterator[None]:
    """The repair: something listens where nothing did."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", port))
        listener.listen(64)
        yield


def look(page, button: str) -> None:
    """Press it, and wait until nothing runs any more."""
    from playwright.sync_api import expect

    with page.expect_response(lambda response: "/checks/" in response.url):
        page.get_by_role("button", name=button).first.click()
    page.wait_for_url("**case=**")
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator(".rail progress")).to_have_count(0, timeout=60_000)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_guide_to_what_fixed_it_and_back(
    open_page: Callable, keep: Callable, javascript: bool
) -> None:
    from playwright.sync_api import expect

    name = "script" if javascript else "no-script"
    port = free_port()
    page = open_page(java_script_enabled=javascript)
    page.goto("/g/connection/")
    expect(page.locator(".rail-check").first).to_be_visible()
    keep(page, f"guide-1-before-{name}", whole=False)

    page.locator("#rail-values > summary").click()
    page.locator("[id='p-connection/port']").fill(str(port))
    look(page, "Run all checks")

    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("not running")
    expect(verdict).to_contain_text("Nothing listens on the port")
    expect(page.locator(".toc .mark-of.critical").first).to_be_visible()
    keep(page, f"guide-2-verdict-{name}", whole=False)

    case = page.url
    verdict.locator("a.to-section").click()
    section = page.url.partition("#")[2]
    expect(page.locator(f"[id='{section}']")).to_be_in_viewport()
    assert case in page.url

    with listening(port):
        look(page, "Look whether it holds")
        keep(page, f"guide-3-repaired-{name}", whole=False)
        page.get_by_role("button", name="This fixed it").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Fixed, and recorded")
    keep(page, f"guide-4-fixed-{name}", whole=False)

    outcome.get_by_role("button", name="Undo").click()

    expect(page.locator(".messages")).to_contain_text("Taken back")
    expect(outcome.get_by_role("button", name="This fixed it")).to_be_visible()


def test_keys_run_the_checks_and_reach_everything(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/")

    page.keyboard.press("r")

    page.wait_for_url("**case=**")
    expect(page.locator("#verdict")).to_be_visible(timeout=60_000)


def test_on_a_phone_the_checks_are_one_line_and_nothing_covers_the_focus(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/g/connection/")

    expect(page.locator("#checks-fold > summary")).to_contain_text("checks")
    expect(page.locator(".rail-check").first).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    keep(page, "guide-5-phone", whole=False)

    page.locator("#content").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(_IS_FREE), page.evaluate("document.activeElement.outerHTML")

    page.locator(".guide-bar").get_by_text("It is fixed").click()
    expect(page.get_by_role("button", name="This fixed it")).to_be_in_viewport()


# Whether the middle of what has the focus is not under the bar at the bottom or at the top.
_IS_FREE = """() => {
  const one = document.activeElement;
  if (one === document.body || one.closest(".guide-bar, .bar, .skip")) return true;
  const box = one.getBoundingClientRect();
  const [top, bottom] = [".bar", ".guide-bar"].map((bar) => document.querySelector(bar).getBoundingClientRect());
  const middle = (box.top + box.bottom) / 2;
  return middle > Math.max(0, top.bottom) && middle < bottom.top;
}"""

LOOKS = {
    "ko-light": {"locale": "ko-KR", "color_scheme": "light"},
    "en-dark": {"locale": "en-US", "color_scheme": "dark"},
    "ko-phone-dark": {
        "locale": "ko-KR",
        "color_scheme": "dark",
        "viewport": {"width": 390, "height": 844},
    },
}


@pytest.mark.parametrize("look_", LOOKS)
def test_a_guide_with_its_verdict_has_no_accessibility_fault(
    open_page: Callable, keep: Callable, look_: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page = open_page(bypass_csp=True, **LOOKS[look_])
    page.goto("/g/connection/")
    bar = page.locator(".guide-bar button")
    (bar if bar.is_visible() else page.locator("#run-all")).click()
    page.wait_for_url("**case=**")
    expect(page.locator("#verdict")).to_be_visible(timeout=60_000)
    keep(page, f"guide-6-{look_}")
    for details in page.locator(".rail details").all():
        details.evaluate("(one) => { one.open = true; }")

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
