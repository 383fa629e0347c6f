"""The pictures of README.md and docs/: the way to them is walked, and what they show is there.

`KNOWNFIX_PICTURES=1` takes them anew. Without it they stay as they are, and a page that no longer
shows what a picture does fails here.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import sign_in
from tests.browser.past import lived
from tests.browser.product import ROOT, Product, running
from tests.browser.test_walk import paste, run_and_follow

pytestmark = pytest.mark.browser

PICTURES = ROOT / "docs" / "screenshots"
TAKES_ANEW = os.environ.get("KNOWNFIX_PICTURES") == "1"
DESK = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}
REDIS = (
    "redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:6379. Connection refused."
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A base of its own, with a month behind it that the other walks should not meet."""
    with running(tmp_path_factory.mktemp("lived")) as product:
        lived(product.var)
        yield product


@pytest.fixture(scope="module")
def signed_in(product: Product, chromium) -> dict:
    return sign_in(chromium, product)


def picture(page, name: str, *shows: str) -> None:
    """Take it, or only make sure that everything it is there to show can be seen."""
    from playwright.sync_api import expect

    for words in shows:
        expect(page.get_by_text(words).filter(visible=True).first).to_be_in_viewport()
    if TAKES_ANEW:
        page.evaluate("document.activeElement.blur()")
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")


def to(page, text: str) -> None:
    """Bring this to the top of the window, below the bar."""
    page.get_by_text(text).filter(visible=True).first.evaluate(
        "(one) => window.scrollTo(0, one.getBoundingClientRect().top + window.scrollY - 76)"
    )


def test_from_a_pasted_error_to_an_incident(open_page: Callable) -> None:
    page = open_page(viewport=DESK)
    page.goto("/")
    page.locator("textarea[name=text]").first.fill(REDIS)
    picture(page, "find", "Paste the error", "Find fixes", "From a terminal")

    paste(page, REDIS)
    run_and_follow(page, "Run all checks")
    picture(
        page,
        "results",
        "Redis is not running",
        "Supported",
        "Nothing listens on the port",
        "The connection was refused",
        "Start Redis",
        "Steps in the guide",
        "This fixed it",
    )
    case = page.url

    page.get_by_role("link", name="Steps in the guide").first.click()
    page.wait_for_url("**/g/redis-refused/**")
    page.evaluate("window.scrollTo(0, 0)")
    picture(page, "guide", "Your values in the commands", "Likely cause", "Go to:", "Copy")

    page.goto(case)
    page.get_by_role("link", name="Log an incident").first.click()
    page.wait_for_url("**/incidents/new/**")
    page.get_by_label("What is wrong?").fill("Checkout is slow: Redis refuses connections")
    page.get_by_role("button", name="Open the incident").click()
    page.wait_for_url("**/incidents/inc_*/")
    page.get_by_role("button", name="I take it").click()
    picture(page, "incident", "Who has it", "Investigating", "Likeliest causes", "Next")


def test_what_runs_by_itself(open_page: Callable) -> None:
    page = open_page(viewport=DESK)
    page.goto("/status/")
    picture(page, "status", "scheduled checks", "Branch office", "Redis accepts connections")


def test_an_author_s_pages(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(viewport=DESK)
    page.goto("/admin/kb/guide/?q=Redis")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    picture(page, "editor", "Change guide", "Symptoms", "Insert template", "Does anything listen?")

    page.get_by_label("An error as people paste it").fill(REDIS)
    page.get_by_role("button", name="Try the symptoms").click()
    expect(page.locator(".trial-text mark").first).to_be_visible()
    to(page, "Try against a text")
    picture(
        page, "symptom-tester", "Try against a text", "1 symptom found in the text", "False hits"
    )

    page.goto("/admin/kb/cause/?q=Redis+is+not+running")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    to(page, "Evidence: what checks say about this cause")
    picture(
        page,
        "evidence",
        "Evidence: what checks say about this cause",
        "that speaks strongly for",
        "that rules out",
    )


def test_a_phone_at_night(open_page: Callable) -> None:
    page = open_page(
        viewport=PHONE, color_scheme="dark", locale="ko-KR", device_scale_factor=2, has_touch=True
    )
    page.goto("/")
    page.locator("textarea[name=text]").first.fill(
        "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"
    )
    page.locator(".paste-form button.primary, form button.primary").first.click()
    page.wait_for_url("**/i/**")
    picture(page, "phone", "알려진 원인", "강한 일치")
