"""Probes, runs and the status page in real Chromium, with what the worker really saw."""

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import sign_in
from tests.browser.product import Product, running

pytestmark = pytest.mark.browser
PROBE = "The address answers with 200"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A base of its own: every run is counted here, and other walks run the same probes."""
    with running(tmp_path_factory.mktemp("probes")) as product:
        yield product


@pytest.fixture(scope="module")
def signed_in(product: Product, chromium) -> dict:
    return sign_in(chromium, product)


class _Moody(http.server.BaseHTTPRequestHandler):
    """Answers well until told otherwise."""

    is_well = True

    def do_GET(self) -> None:
        body = (
            b"state: ready\npool: 3 of 40" if self.is_well else b"state: degraded\npool: 40 of 40"
        )
        self.send_response(200 if self.is_well else 503)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def moody() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
    _Moody.is_well = True


def ask(page, address: str) -> None:
    """Run the HTTP probe on that address and wait for its end."""
    from playwright.sync_api import expect

    page.goto("/probes/http-ok/run/")
    page.get_by_label("url").fill(address)
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/probes/batches/**")
    expect(page.locator("progress")).to_have_count(0, timeout=30_000)


def has_no_sideways_scrolling(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_failure_is_compared_with_the_last_good_run(
    open_page: Callable, keep: Callable, moody: http.server.ThreadingHTTPServer
) -> None:
    from playwright.sync_api import expect

    page = open_page()
    address = f"http://127.0.0.1:{moody.server_address[1]}/health"
    ask(page, address)
    ask(page, address)
    _Moody.is_well = False
    ask(page, address)

    page.goto("/probes/")
    row = page.locator("tr", has=page.get_by_role("link", name=PROBE, exact=True))
    expect(row.locator(".chip")).to_contain_text("Critical")
    expect(row.locator("rect.ok")).to_have_count(2)
    expect(row.locator("rect.critical")).to_have_count(1)
    expect(row.locator(".share")).to_contain_text("66.7 %")
    keep(page, "probes-list")
    page.locator(".states").get_by_role("link", name="Critical").click()
    page.wait_for_url("**state=critical**")
    expect(row).to_have_count(1)

    row.locator(".chip").click()
    page.wait_for_url("**/runs/**")
    expect(page.get_by_role("heading", name="Since the last good run")).to_be_visible()
    expect(page.locator(".line-difference")).to_contain_text("state: degraded")
    keep(page, "run-difference")
    whole = page.request.get(page.get_by_role("link", name="Whole output").get_attribute("href"))
    assert whole.text() == "state: degraded\npool: 40 of 40"

    page.get_by_role("link", name=PROBE).click()
    expect(page.locator(".window-head").first).to_contain_text("66.7 %")
    expect(page.locator(".latency-chart")).to_be_visible()
    keep(page, "probe-detail")


def test_list_is_searched_while_typing_and_by_a_form_without_script(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/probes/")
    page.get_by_label("Search probes").fill("zebra")
    expect(page.get_by_text("No probe is like this")).to_be_visible()
    assert page.url.endswith("q=zebra") or "q=zebra" in page.url

    plain = open_page(java_script_enabled=False)
    plain.goto("/probes/?kind=http")
    plain.get_by_label("Search probes").fill("zebra")
    plain.get_by_role("button", name="Search").click()
    expect(plain.get_by_text("No probe is like this")).to_be_visible()
    assert "kind=http" in plain.url


@pytest.mark.parametrize("path", ["/probes/", "/status/", "/status/?look=wall", "/kinds/"])
def test_pages_fit_a_phone(open_page: Callable, keep: Callable, path: str) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme="dark")

    page.goto(path)

    assert has_no_sideways_scrolling(page)
    keep(page, f"phone{path.replace('/', '-').replace('?', '')}", whole=False)
