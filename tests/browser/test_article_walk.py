"""A guide's article in a browser: values fill commands as one types, choices and ticks stay."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

# Whether a picture, a script or a frame of another host was asked for is seen by the requests.
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def copies(page) -> list[str]:
    buttons = page.locator("figcaption .copy").all()
    return [button.get_attribute("data-copy-text") or "" for button in buttons]


def test_what_is_typed_stands_in_every_command_and_on_every_button(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/")
    page.locator("#fill-port").fill("9000")

    assert "netstat -ano | findstr :9000" in copies(page)
    assert not [text for text in copies(page) if ":8000" in text]
    assert page.locator("[data-fill=port]:text-is('8000')").count() == 0
    keep(page, "article-1-values", whole=False)

    page.locator("#fill-pid").fill("77; reboot")
    expect(page.locator("#fill-pid-error")).to_be_visible()
    assert "taskkill /F /PID 1234" in copies(page)
    page.locator("#fill-pid").fill("")
    page.locator("#fill-pid").blur()
    expect(page.locator("#fill-pid-error")).to_have_count(0)

    # The address holds the values, so whoever gets it sees the same commands.
    page.reload()
    assert "p.port=9000" in page.url
    assert "netstat -ano | findstr :9000" in copies(page)
    page.get_by_role("link", name="Examples again").click()
    assert "netstat -ano | findstr :8000" in copies(page)


def test_a_choice_of_system_stays_and_nothing_jumps(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/")
    page.get_by_label("Linux/macOS").check(force=True)
    expect(page.locator(".variant.windows").first).to_be_hidden()

    page.goto("/g/ai-api/")
    expect(page.locator(".variant.windows").first).to_be_hidden()
    expect(page.locator(".variant.unix").first).to_be_visible()
    assert page.evaluate(SHIFT) < 0.01
    keep(page, "article-2-system", whole=False)
    page.get_by_label("Both").check(force=True)
    expect(page.locator(".variant.windows").first).to_be_visible()


def test_ticks_stay_in_the_browser_and_can_be_taken_back(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/#checklist")
    head = page.locator("#checklist + .task-head")
    boxes = page.locator("#checklist + .task-head + ul input.task")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(head.locator(".task-count")).to_have_text("2/4")

    page.reload()
    expect(head.locator(".task-count")).to_have_text("2/4")
    assert boxes.nth(2).is_checked()
    keep(page, "article-3-ticks", whole=False)
    head.get_by_role("button", name="Reset").click()
    expect(head.locator(".task-count")).to_have_text("0/4")
    page.reload()
    expect(head.locator(".task-count")).to_have_text("0/4")


def test_only_code_that_scrolls_is_a_stop_for_the_keyboard(open_page: Callable) -> None:
    page = open_page()
    page.goto("/g/cors-502/")
    page.wait_for_function("document.querySelector('.code > pre:not([tabindex])') !== null")

    wrong = page.evaluate(
        "[...document.querySelectorAll('.code > pre')].filter((one) =>"
        " (one.scrollWidth > one.clientWidth) !== (one.tabIndex === 0)).length"
    )

    assert wrong == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_only_the_article_is_left(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/g/connection/?p.port=9000")
    page.emulate_media(media="print")

    for gone in (".bar", ".article-tools", ".rail", ".copy", ".one-by-one", ".anchor"):
        expect(page.locator(gone).first).to_be_hidden()
    for there in ("h1", ".lead", ".on-paper", ".article figure.code"):
        expect(page.locator(there).first).to_be_visible()
    assert "/g/connection/?p.port=9000" in page.locator(".on-paper").inner_text()
    assert (
        page.locator("pre").first.evaluate("(one) => getComputedStyle(one).whiteSpace")
        == "pre-wrap"
    )
    keep(page, "article-4-paper", whole=False)


def test_without_scripts_the_form_fills_the_commands(open_page: Callable) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/g/connection/")
    page.locator("#fill-port").fill("9000")
    page.get_by_role("button", name="Fill in").click()

    assert "netstat -ano | findstr :9000" in copies(page)
    page.get_by_label("Windows", exact=True).check(force=True)
    assert page.locator(".variant.unix").first.is_hidden()
