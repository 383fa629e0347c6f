"""An author's first day in real Chromium: an empty base, one role, a guide from nothing to found."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.product import Product, running
from tests.browser.test_editor_walk import problems
from tests.browser.test_walk import paste

pytestmark = pytest.mark.browser

PASSWORD = "a walk in the light 8"
WINDOW = {"width": 1360, "height": 900}
TITLE = "Payroll export stops at the gate"
ERROR = "payrollgate refused the export"


@pytest.fixture(scope="module")
def empty_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("empty"), "--no-starter") as product:
        yield product


@pytest.fixture(scope="module")
def author(empty_base: Product, chromium) -> dict:
    """Cookies of somebody who holds the role of an author and nothing else."""
    page = _first_page(chromium, empty_base, empty_base.user, empty_base.password)
    _choose_password(page, empty_base.password)
    page.goto("/admin/auth/user/add/")
    page.locator("[name=username]").fill("minji")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_label("Staff status").check()
    page.locator("#id_groups").get_by_label("author", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.context.close()
    page = _first_page(chromium, empty_base, "minji", PASSWORD)
    page.wait_for_url(lambda url: "/login/" not in url)
    state = page.context.storage_state()
    page.context.close()
    return state


def _first_page(chromium, product: Product, user: str, password: str):
    page = chromium.new_context(
        base_url=product.url, locale="en-US", viewport=WINDOW, bypass_csp=True
    ).new_page()
    page.goto("/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


def _choose_password(page, old: str) -> None:
    page.wait_for_url("**/password/**")
    page.get_by_label("Old password").fill(old)
    page.locator("input[name=new_password1]").fill("another walk 9")
    page.locator("input[name=new_password2]").fill("another walk 9")
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/password/" not in url)


@pytest.mark.timeout(300)
def test_a_first_guide_is_written_published_found_and_about_to_be_translated(
    open_page: Callable, empty_base: Product, author: dict, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(
        base_url=empty_base.url, storage_state=author, viewport=WINDOW, bypass_csp=True
    )
    page.goto("/")
    page.get_by_role("link", name="Write your first guide").click()
    expect(page.get_by_text("Nothing to look at in the text")).to_be_visible()
    expect(page.locator("select[name=language]")).to_have_value("en")
    page.locator("[name=title]").press_sequentially(TITLE)
    page.get_by_role("button", name="Insert template").click()
    page.get_by_role("button", name="Checklist").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("input[type=checkbox]").first).to_be_visible()
    keep(page, "author-1-template", whole=False)

    page.locator("#symptoms-group .add-row a").click()
    page.locator("[name=symptoms-0-slug]").fill("gate-shut")
    page.locator("[name=symptoms-0-phrases]").fill(ERROR)
    page.get_by_label("An error as people paste it").fill(f"E: {ERROR} at 3")
    page.get_by_role("button", name="Try the symptoms").click()
    expect(page.locator(".trial-text mark")).to_have_text(ERROR)
    page.locator("#causes-group .add-row a").click()
    page.locator("[name=causes-0-title]").fill("The gate was left off")
    page.locator("[name=causes-0-slug]").fill("gate-off")
    page.locator("[name=causes-0-section]").fill("fix")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert problems(page) == []

    page.locator("select[name=state]").select_option("published")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    keep(page, "author-2-published")
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    keep(page, "author-3-on-the-site", whole=False)
    paste(page, f"Nov 26 03:12 E: {ERROR} at 3")
    page.get_by_role("link", name=TITLE).first.click()

    page.locator("details.menu summary").last.click()
    page.get_by_role("link", name="Try its symptoms").click()
    expect(page.get_by_label("An error as people paste it")).to_be_in_viewport()
    page.get_by_role("link", name="Translate into 한국어").click()
    page.get_by_text("As readers see it").first.click()
    assert problems(page) == []
    keep(page, "author-4-translating", whole=False)
