"""Running now and by schedule in real Chromium: live progress, every attempt, stopping."""

import re
from collections.abc import Callable

import pytest

from tests.browser.test_walk import free_port

pytestmark = pytest.mark.browser


def run_now(page, probe: str, port: int) -> None:
    """From the probe's page to the page of its batch."""
    page.goto(f"/probes/{probe}/")
    page.get_by_label("host").fill("127.0.0.1")
    page.get_by_label("port").fill(str(port))
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/probes/batches/**")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_retries_are_followed_to_their_end_and_each_attempt_is_kept(
    open_page: Callable, keep: Callable, javascript: bool
) -> None:
    from playwright.sync_api import expect

    page = open_page(java_script_enabled=javascript)

    run_now(page, "tcp-retried", free_port())
    expect(page.locator("progress")).to_have_count(1)
    expect(page.locator("progress")).to_have_count(0, timeout=30_000)

    attempts = page.locator(".attempts li")
    assert attempts.count() > 1
    expect(attempts.first).to_contain_text("The connection was refused")
    keep(page, f"batch-{'script' if javascript else 'no-script'}")

    page.get_by_role("button", name="Again").click()
    page.wait_for_url("**/probes/batches/**")
    expect(page.locator("progress")).to_have_count(1)


def test_batch_is_stopped_from_its_page(open_page: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()

    run_now(page, "tcp-retried", free_port())
    page.get_by_role("button", name="Stop").click()

    expect(page.locator("#batch")).to_contain_text("This was cancelled")
    expect(page.locator("progress")).to_have_count(0)


def test_schedule_written_in_the_admin_runs_by_itself(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/admin/probes/schedule/add/")
    page.get_by_label("Name").fill("A port that stays closed")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("tcp")
    page.locator(".select2-results__option").filter(has_text="accepts a connection").first.click()
    page.get_by_label("Values").fill(f"host: 127.0.0.1\nport: {free_port()}")
    page.get_by_label("Times").fill("every 10s")
    page.get_by_label(re.compile("Spread")).fill("0")
    page.get_by_label("Baseline").fill("refused")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/probes/schedule/")

    page.goto("/probes/schedules/")
    row = page.locator("tr").filter(has_text="A port that stays closed")
    for _attempt in range(15):
        if row.locator("rect.ok").count():
            break
        page.wait_for_timeout(1000)
        page.reload()

    expect(row.locator("rect.ok").first).to_be_attached()
    expect(row.locator(".chip.ok")).to_be_visible()
    keep(page, "schedules")
    row.locator("a.title").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("main")).to_contain_text("does not run by itself")
