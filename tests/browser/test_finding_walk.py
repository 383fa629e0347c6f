"""From a pasted error to the right section: how many presses, how soon, and what the first screen shows."""

import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import NEW_PASSWORD
from tests.browser.product import Product
from tests.browser.test_walk import follow, free_port, paste

pytestmark = pytest.mark.browser

REFUSED = "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"
LOG = "\n".join(
    [
        *(
            f"2026-11-26T03:{n // 60:02d}:{n % 60:02d}Z INFO api GET /v1/items 200"
            for n in range(194)
        ),
        "Traceback (most recent call last):",
        '  File "/srv/app/main.py", line 3, in <module>',
        "    import jwt",
        "ModuleNotFoundError: No module named 'jwt'",
        "ERROR: worker exited; contact ops@example.com",
        "GET http://127.0.0.1:8001/ net::ERR_CONNECTION_REFUSED",
    ]
)
PASTES = {
    "refused": (REFUSED, "/g/connection/"),
    "jwt": ("ModuleNotFoundError: No module named 'jwt'", "/g/ai-api/"),
    "cors": ("502인데 CORS 에러로 보여요", "/g/cors-502/"),
    "log": (LOG, "/g/ai-api/"),
}
SCREENS = {"desk": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}
SHIFT = """window.shift = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", PASTES)
def test_two_presses_lead_from_the_paste_to_the_section(
    open_page: Callable, keep: Callable, name: str, screen: str
) -> None:
    from playwright.sync_api import expect

    text, guide = PASTES[name]
    page = open_page(viewport=SCREENS[screen])
    started = time.monotonic()
    paste(page, text)

    first = page.locator("ol.causes > li").first
    for shown in (
        first.locator("h3"),
        first.locator(".suggests li").first,
        first.locator("[data-open-guide]"),
        first.locator(".button.primary"),
    ):
        expect(shown).to_be_in_viewport()
    assert page.locator(".button.primary:visible").count() == 1
    keep(page, f"finding-{name}-{screen}", whole=False)

    first.locator("[data-open-guide]").click()
    page.wait_for_url(f"**{guide}?case=inv_*#*")
    section = page.url.partition("#")[2]
    expect(page.locator(f"[id='{section}']")).to_be_in_viewport()
    assert time.monotonic() - started < 20, "a minute for a person is seconds for a machine"


def test_keys_walk_the_answers(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    paste(page, REFUSED)
    page.locator("h1").first.evaluate("() => document.activeElement.blur()")

    page.keyboard.press("j")
    expect(page.locator("[data-card]").first).to_be_focused()
    page.keyboard.press("c")
    assert "uvicorn" in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("f")
    expect(page.locator(":focus")).to_contain_text("Record what came of it")
    page.locator("[data-card]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/g/connection/?case=*")


def test_why_row_lights_its_words_in_the_text(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    paste(page, LOG)

    mark = page.locator("pre.pasted mark.symptom").first
    expect(mark).to_be_in_viewport()
    page.locator(".suggests li[data-lights]").first.focus()
    expect(page.locator("pre.pasted mark.lit").first).to_be_in_viewport()


def test_text_outlives_a_login_that_ended(open_page: Callable, product: Product) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/")
    page.locator("#id_text").fill("typed for a long time")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Find fixes").click()

    page.wait_for_url("**/login/?next=%2F&ended=yes")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.get_by_label("Username").fill(product.user)
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Log in").click()

    expect(page.locator("#id_text")).to_have_value("typed for a long time")
    expect(page.get_by_text("What you had typed is back")).to_be_visible()


def test_lost_connection_is_said_and_nothing_can_be_sent(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    paste(page, REFUSED)
    run = page.get_by_role("button", name="Run all checks")

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    expect(run).to_be_disabled()

    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(run).to_be_enabled()
    expect(page.locator("progress")).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS)
def test_first_views_are_light_and_nothing_moves(open_page: Callable, screen: str) -> None:
    page = open_page(viewport=SCREENS[screen])
    paste(page, REFUSED)

    for address in ("/", page.url, "/g/connection/"):
        fresh = open_page(viewport=SCREENS[screen])
        fresh.add_init_script(SHIFT)
        sizes: list[int] = []
        wire = fresh.context.new_cdp_session(fresh)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))  # noqa: B023
        fresh.goto(address, wait_until="networkidle")

        assert 0 < sum(sizes) < 60_000, address
        assert fresh.evaluate("window.shift") < 0.01, address


def test_nothing_moves_while_checks_run(open_page: Callable) -> None:
    page = open_page(viewport=SCREENS["desk"])
    page.add_init_script(SHIFT)
    paste(page, f"GET http://localhost:{free_port()}/ net::ERR_CONNECTION_REFUSED")

    follow(page, lambda: page.get_by_role("button", name="Run all checks").first.click())

    assert page.evaluate("window.shift") < 0.1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_menu_of_a_phone_opens_the_other_pages(open_page: Callable, script: bool) -> None:
    page = open_page(viewport=SCREENS["phone"], java_script_enabled=script)
    page.goto("/")

    page.locator(".nav summary").click()
    page.locator(".nav .menu-list").get_by_role("link", name="Review").click()

    page.wait_for_url("**/review/")
