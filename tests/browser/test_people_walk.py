"""What each group sees and may do: hidden or disabled on the page, refused by the server."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.product import Product
from tests.browser.test_walk import paste

pytestmark = pytest.mark.browser

PASSWORD = "a walk in the light 8"
EDITORS = ("author", "probe operator", "administrator")


@pytest.fixture(scope="session")
def people(product: Product, chromium, signed_in: dict) -> Iterator[dict[str, dict]]:
    """One user per group, made in the admin's pages; their cookies after signing in."""
    context = chromium.new_context(
        storage_state=signed_in, base_url=product.url, locale="en-US", viewport=WINDOW
    )
    page = context.new_page()
    for group in ("viewer", "responder", *EDITORS):
        make_user(page, group)
    context.close()
    yield {
        group: sign_in(chromium, product, name_of(group))
        for group in ("viewer", "responder", *EDITORS)
    }


WINDOW = {"width": 1400, "height": 1000}


def name_of(group: str) -> str:
    return group.replace(" ", "-") + "-1"


def make_user(page, group: str) -> None:
    page.goto("/admin/auth/user/add/")
    page.locator("[name=username]").fill(name_of(group))
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url("**/change/**")
    if group in EDITORS:
        page.get_by_label("Staff status").check()
    # Roles are boxes to tick; they were Django's two lists.
    page.locator("#id_groups").get_by_label(group, exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/auth/user/")


def sign_in(chromium, product: Product, name: str) -> dict:
    context = chromium.new_context(base_url=product.url, locale="en-US")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


def status_of(page, method: str, address: str, **data: str) -> int:
    """What the server answers when the page's own limits are walked around."""
    cookies = page.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    options = {"max_redirects": 0, "headers": {"Referer": page.url}}
    if method == "POST":
        options["form"] = {"csrfmiddlewaretoken": token, **data}
    return page.request.fetch(address, method=method, **options).status


# Looking up fixes takes the text and the values to look with.
MAY_PRESS = ("Find fixes", "Use these values", "Copy", "")


def test_a_viewer_finds_and_reads_but_runs_and_writes_nothing(
    open_page: Callable, people: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(storage_state=people["viewer"], expected=(403,))
    paste(page, "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED")
    investigation = page.url

    expect(page.locator("ol.causes > li").first).to_be_visible()
    run = page.get_by_role("button", name="Run all checks")
    expect(run).to_be_disabled()
    expect(page.get_by_text("Your account may not run probes")).to_be_visible()
    expect(page.get_by_role("link", name="Log an incident with this text")).to_have_count(0)
    for enabled in page.locator("main button:enabled").all():
        assert enabled.inner_text().strip() in MAY_PRESS, enabled.inner_text()
    keep(page, "viewer-1-results")
    assert status_of(page, "POST", f"{investigation}checks/", checks="connection/listener") == 403
    assert status_of(page, "POST", f"{investigation}outcome/", resolution="1") == 403

    page.goto("/incidents/")
    expect(page.get_by_role("link", name="Log an incident")).to_have_count(0)
    keep(page, "viewer-2-incidents")
    assert page.goto("/incidents/new/").status == 403
    keep(page, "viewer-3-refused")
    page.goto("/g/connection/")
    expect(page.get_by_text("Your account may not run probes")).to_be_visible()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    keep(page, "viewer-4-guide")
    page.goto("/probes/")
    expect(page.get_by_role("link", name="Define a probe")).to_have_count(0)
    page.goto("/admin/")
    keep(page, "viewer-5-admin")
    assert status_of(page, "GET", "/admin/kb/guide/") in (302, 403)


def test_a_responder_runs_checks_and_logs_incidents_but_edits_nothing(
    open_page: Callable, people: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(storage_state=people["responder"], expected=(403,))
    paste(page, "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED")

    expect(page.get_by_role("button", name="Run all checks")).to_be_enabled()
    expect(page.get_by_role("link", name="Log an incident with this text")).to_be_visible()
    keep(page, "responder-1-results")
    page.goto("/g/connection/")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    page.goto("/probes/tcp/")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    assert status_of(page, "GET", "/admin/") in (302, 403)
    assert status_of(page, "POST", "/admin/kb/guide/add/", title="No") in (302, 403)
    page.goto("/incidents/new/")
    page.get_by_label("What is wrong?").fill("A responder saw it")
    page.get_by_role("button", name="Open the incident").click()
    expect(page.get_by_role("heading", name="A responder saw it")).to_be_visible()


def test_an_author_writes_guides_but_defines_and_approves_no_probe(
    open_page: Callable, people: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(storage_state=people["author"], expected=(403,))
    page.goto("/admin/")
    keep(page, "author-1-admin")
    expect(page.locator("#content-main").get_by_role("link", name="Users")).to_have_count(0)

    page.goto("/g/connection/")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("[name=body]")).to_be_visible()
    expect(page.get_by_role("link", name="Delete", exact=True)).to_have_count(0)
    keep(page, "author-2-guide")
    page.goto("/admin/probes/probe/")
    expect(page.get_by_role("link", name="Add probe")).to_have_count(0)
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Approve this definition")).to_have_count(0)
    keep(page, "author-3-probe")
    probe = page.url.removesuffix("change/")
    assert status_of(page, "POST", f"{probe}approve/", definition_hash="x") == 403
    assert status_of(page, "POST", f"{probe}change/", name="x") == 403
    assert page.goto("/admin/probes/probe/add/?kind=http").status == 403
    keep(page, "author-4-refused")
    assert status_of(page, "GET", "/admin/auth/user/") == 403


def test_a_probe_operator_approves_probes_but_edits_no_guide(
    open_page: Callable, people: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(storage_state=people["probe operator"], expected=(403,))
    page.goto("/admin/")
    keep(page, "operator-1-admin")

    page.goto("/admin/probes/probe/")
    expect(page.get_by_role("link", name="Add probe")).to_be_visible()
    expect(page.locator("select[name=action]")).to_contain_text("Approve the selected probes")
    page.goto("/admin/kb/guide/")
    expect(page.get_by_role("link", name="Add guide")).to_have_count(0)
    expect(page.get_by_role("link", name="Import guides")).to_have_count(0)
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    keep(page, "operator-2-guide")
    assert status_of(page, "POST", page.url, title="x") == 403
    assert page.goto("/admin/kb/guide/import/").status == 403
    page.goto("/g/connection/")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)


def test_an_administrator_of_the_group_may_do_everything_here(
    open_page: Callable, people: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(storage_state=people["administrator"])
    page.goto("/admin/")
    keep(page, "administrator-1-admin")

    expect(page.get_by_role("link", name="Users", exact=True)).to_be_visible()
    addresses = ("auth/user/add/", "config/apikey/add/", "kb/guide/add/", "probes/probe/add/")
    for address in addresses:
        assert page.goto(f"/admin/{address}").status == 200, address
