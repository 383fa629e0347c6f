"""The form of every kind in real Chromium: readable by everybody, and a probe tried from it."""

from collections.abc import Callable

import pytest

from probes.engine import registry
from tests.browser.test_editor_walk import PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SIZES = {
    "a desk in light and Korean": {"locale": "ko-KR", "color_scheme": "light"},
    "a phone in dark and English": {"color_scheme": "dark", "viewport": PHONE, "has_touch": True},
}


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_the_form_of_every_kind_is_readable_by_everybody(
    open_page: Callable, keep: Callable, size: dict
) -> None:
    page = open_page(bypass_csp=True, **size)
    found, wide = {}, []
    for kind in registry.KINDS:
        page.goto(f"/admin/probes/probe/add/?kind={kind}")
        page.locator("details.example summary").click()
        if violations := problems(page):
            found[kind] = violations
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(kind)
        keep(page, f"kind-{kind}-{'phone' if 'viewport' in size else 'desk'}")
    assert found == {}
    assert wide == []


def test_a_probe_is_tried_from_its_form(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(bypass_csp=True)
    page.goto("/admin/probes/probe/add/?kind=tcp_connect")
    page.locator("[name=name]").press_sequentially("A closed port tried from its form")
    page.get_by_role("button", name="Fill in the example").click()
    expect(page.locator("[name=param_host]")).to_have_value("localhost")
    expect(page.locator("[name=name]")).to_have_value("A closed port tried from its form")
    page.locator("[name=param_host]").fill("127.0.0.1")
    page.locator("[name=param_port]").fill("${port}")
    page.get_by_role("combobox", name="The connection was refused").select_option("WARNING")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_text("It was not run: its definition is not approved yet")).to_be_visible()

    page.get_by_role("button", name="Approve this definition").click()
    page.get_by_role("textbox", name="port", exact=True).fill("9")
    page.get_by_role("button", name="Save and try it").click()
    verdict = page.locator("#last-look")
    expect(verdict).to_contain_text("The connection was refused", timeout=30_000)
    expect(verdict.locator(".chip")).to_contain_text("Warning")
    assert problems(page) == []
    keep(page, "probe-tried-beside-its-form", whole=False)


def test_a_probe_is_tried_from_its_form_without_javascript(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=False)
    page.goto("/admin/probes/probe/?q=port-listen")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("textbox", name="port", exact=True).fill("9")
    page.get_by_role("button", name="Save and try it").click()
    verdict = page.locator("#last-look")
    for _look in range(30):
        if page.get_by_role("link", name="Look again").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(verdict).to_contain_text("Nothing listens on the port")
