"""From an unknown error to a guide that answers it, and an incident page that stays readable."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

ERROR = "FATAL: wyvern nest overflow in /srv/aerie/{0}: roost 7 of 7 is taken"
WORDS = "wyvern nest overflow"
PHONE = {"width": 390, "height": 844}


def scroll_width(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def log(page, title: str, text: str) -> None:
    page.goto("/incidents/new/")
    page.get_by_role("link", name="Connection failure report").click()
    page.wait_for_url("**template=connection-report**")
    page.get_by_label("What is wrong?").fill(title)
    page.get_by_label("The error as it was shown").fill(text)


def test_an_unknown_error_becomes_a_guide_that_answers_it_the_next_time(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    log(page, "Wyverns do not land", ERROR.format("a"))
    expect(page.locator("#similar")).to_contain_text("Nothing like it is known yet")
    page.get_by_role("button", name="Open the incident").click()
    page.wait_for_url("**/incidents/inc_*/")

    page.get_by_role("button", name="I take it").click()
    expect(page.locator(".stage.here")).to_contain_text("Investigating")
    page.get_by_label("Add a note").fill("All seven roosts are taken.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".timeline")).to_contain_text("All seven roosts are taken.")
    page.get_by_text("Close with what fixed it").click()
    page.get_by_label("In your words").fill("Built an eighth roost.")
    page.get_by_role("button", name="Close the incident").click()
    expect(page.locator(".outcome")).to_contain_text("Built an eighth roost.")
    keep(page, "to-guide-1-closed")

    page.locator(".next-move").get_by_role("link", name="Make a guide of it").click()
    expect(page.locator(".record")).to_contain_text("wyvern nest overflow")
    page.get_by_label("Other words people will paste").fill(WORDS)
    page.get_by_label("The cause", exact=True).fill("Every roost is taken")
    page.get_by_label("What fixed it?").fill("Build another roost")
    keep(page, "to-guide-2-split")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/g/*/")

    page.goto("/")
    page.locator("textarea.paste").first.fill(ERROR.format("b"))
    page.locator("main").get_by_role("button", name="Find").first.click()
    page.wait_for_url("**/i/**")
    expect(page.locator(".cause").first).to_contain_text("Every roost is taken")


def test_the_draft_says_when_it_was_kept_and_is_thrown_away_on_request(
    open_page: Callable,
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    log(page, "Half a sentence", "")
    expect(page.locator("[data-draft-kept]")).to_contain_text("Draft kept at", timeout=8000)

    page.get_by_role("button", name="Discard the draft").click()

    expect(page.get_by_label("What is wrong?")).to_have_value("")


def test_without_a_script_it_is_logged_taken_and_run_all_the_same(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=False)
    log(page, "Refused again", "GET http://localhost:9/ net::ERR_CONNECTION_REFUSED")
    page.get_by_role("button", name="Look for similar").click()
    expect(page.locator("#similar")).to_contain_text("guide")
    page.get_by_role("button", name="Open the incident").click()

    page.get_by_role("button", name="I take it").click()
    expect(page.locator(".stage.here")).to_contain_text("Investigating")
    page.get_by_role("button", name="Run it now").click()

    expect(page.locator(".checks-card")).to_be_visible()
    assert "/incidents/inc_" in page.url


def test_with_the_keyboard_alone_it_is_logged_and_noted(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/incidents/new/")
    page.get_by_label("What is wrong?").focus()
    page.keyboard.type("Typed, not clicked")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/incidents/inc_*/")

    page.get_by_label("Add a note").focus()
    page.keyboard.type("Still typed")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".timeline")).to_contain_text("Still typed")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_longest_incident_is_readable_on_a_phone(
    open_page: Callable, keep: Callable, color_scheme: str
) -> None:
    page = open_page(viewport=PHONE, color_scheme=color_scheme)
    page.goto("/incidents/inc_202506178001/")
    keep(page, f"phone-incident-{color_scheme}", whole=False)

    assert scroll_width(page) <= PHONE["width"]
    # It was 17,000 px before the report, the notes and the early timeline were folded.
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    glance = page.locator(".glance").bounding_box()
    assert glance["y"] + glance["height"] < PHONE["height"]
