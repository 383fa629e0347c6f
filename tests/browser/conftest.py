"""Chromium, the running product, and someone signed in to it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.product import Product, running

SCREENSHOTS = Path(__file__).parent / "screenshots"
NEW_PASSWORD = "a walk in the dark 7"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:  # noqa: F821 - imported only where there is a browser
    from playwright.sync_api import sync_playwright

    path = os.environ.get("KNOWNFIX_CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium here: apt-get install chromium, or name it in KNOWNFIX_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(product: Product, chromium) -> dict:
    return sign_in(chromium, product)


def sign_in(chromium, product: Product) -> dict:
    """The cookies of the administrator, after the first login changed the password."""
    page = chromium.new_page(locale="en-US")
    page.goto(product.url)
    page.get_by_label("Username").fill(product.user)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/password/**")
    page.get_by_label("Old password").fill(product.password)
    page.locator("input[name=new_password1]").fill(NEW_PASSWORD)
    page.locator("input[name=new_password2]").fill(NEW_PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/password/" not in url)
    state = page.context.storage_state()
    page.context.close()
    return state


@pytest.fixture
def open_page(product: Product, chromium, signed_in: dict) -> Iterator[Callable]:
    """A new page of the signed-in administrator; says what the browser complained about."""
    contexts, complaints = [], []

    def open_(*, expected: tuple[int, ...] = (), **options):
        """A page; `expected` are the refusals that belong to the walk."""
        context = chromium.new_context(
            **{
                "storage_state": signed_in,
                "base_url": product.url,
                "locale": "en-US",
                "viewport": {"width": 1400, "height": 1000},
                **options,
            }
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error"
                and not any(f"status of {code}" in message.text for code in expected)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == [], "the browser complained"


@pytest.fixture
def keep() -> Callable:
    """Keep a screenshot under an ignored folder, to be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def keep_(page, name: str, *, whole: bool = True) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)

    return keep_
