"""A newcomer's walk in real Chromium: paste, check, repair, verify, and the admin."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def repaired(port: int, folder: Path) -> Iterator[None]:
    """The repair: the server that was not running now runs."""
    (folder / "main.py").write_text(
        "async def app(scope, receive, send):\n"
        "    if scope['type'] != 'http':\n"
        "        return\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b'ok'})\n"
    )
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "main:app",
            "--host",
            "0.0.0.0",
            "--port",
            str(port),
            "--lifespan",
            "off",
            "--log-level",
            "error",
        ],
        cwd=folder,
    )
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the repaired server did not come up")


def paste(page, text: str) -> None:
    page.goto("/")
    page.locator("textarea[name=text]").first.fill(text)
    page.get_by_role("button", name="Find fixes").first.click()
    page.wait_for_url("**/i/**")


def run_and_follow(page, button: str) -> None:
    """Press it and wait until the page says that all checks are done."""
    follow(page, lambda: page.get_by_role("button", name=button).first.click())


def follow(page, press: Callable[[], None]) -> None:
    """Fast checks may be done before a page without scripts shows that they run."""
    from playwright.sync_api import expect

    with page.expect_response(lambda response: "/checks/" in response.url):
        press()
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("progress")).to_have_count(0, timeout=30_000)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_pasted_error_to_a_verified_fix(
    open_page: Callable, keep: Callable, tmp_path: Path, javascript: bool
) -> None:
    from playwright.sync_api import expect

    name = "script" if javascript else "no-script"
    port = free_port()
    page = open_page(java_script_enabled=javascript)

    paste(page, f"GET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED")
    expect(page.locator("mark").filter(has_text="ERR_CONNECTION_REFUSED")).not_to_have_count(0)
    keep(page, f"1-pasted-{name}")

    run_and_follow(page, "Run all checks")
    first = page.locator("ol.causes > li").first
    expect(first).to_contain_text("not running")
    expect(first).to_contain_text("Supported", timeout=30_000)
    expect(page.locator("#ruled-out > summary")).to_be_visible()
    expect(page.get_by_text("Another process", exact=False).first).to_be_attached()
    keep(page, f"2-checked-{name}")

    with repaired(port, tmp_path):
        run_and_follow(page, "Run the verifying check")
        keep(page, f"3-verified-{name}")
        expect(first).to_contain_text("The checks say: it worked.")
        fixed = page.get_by_role("button", name="This fixed it").first
        expect(fixed).to_be_enabled()
        fixed.click()
        expect(page.locator("#live")).to_contain_text("ixed")
        keep(page, f"4-concluded-{name}")

    investigation = page.url
    page.goto(investigation)
    expect(page.locator("ol.causes > li").first).to_contain_text("not running")


def test_the_steps_of_a_fix_open_at_their_section(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    paste(page, "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED")

    page.get_by_role("link", name="Steps in the guide").first.click()

    page.wait_for_url("**/g/connection/**")
    section = page.url.partition("#")[2]
    expect(page.locator(f"[id='{section}']")).to_be_in_viewport()
    keep(page, "5-guide", whole=False)


def test_what_nobody_knows_is_said_to_be_new(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()

    paste(page, "disk full")

    expect(page.get_by_text("new", exact=False).first).to_be_visible()
    keep(page, "6-nothing-known")


PAGES = {
    "find": "/",
    "guides": "/guides/",
    "guide": "/g/cors-502/",
    "incidents": "/incidents/",
    "incident-new": "/incidents/new/",
    "action-items": "/incidents/actions/",
    "probes": "/probes/",
    "probe": "/probes/tcp/",
    "gaps": "/gaps/",
    "words": "/words/",
    "admin": "/admin/",
    "admin-guides": "/admin/kb/guide/",
    "admin-probes": "/admin/probes/probe/",
}
LOOKS = {
    "ko-light": {"locale": "ko-KR", "color_scheme": "light"},
    "en-dark": {"locale": "en-US", "color_scheme": "dark"},
    "ko-phone": {"locale": "ko-KR", "viewport": {"width": 390, "height": 844}},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_without_a_complaint(
    open_page: Callable, keep: Callable, name: str, look: str
) -> None:
    page = open_page(**LOOKS[look])

    answer = page.goto(PAGES[name])

    assert answer.status == 200
    keep(page, f"page-{name}-{look}")
    if look == "ko-phone" and not name.startswith("admin"):
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, "the page scrolls sideways on a phone"
