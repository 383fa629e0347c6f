"""Step by step through the admin in real Chromium: guides, imports, incidents, probes, people."""

from collections.abc import Callable

import pytest

from tests.browser.test_walk import paste, run_and_follow

pytestmark = pytest.mark.browser

BODY = """## Look first {#look}

Is the broker up?

## Start the broker {#start}

```bash
sudo systemctl start broker
```
"""


def write_guide(page, title: str, *, phrase: str, pattern: str = "") -> None:
    """A guide of one symptom, one cause and one check, typed in as an author does it."""
    page.goto("/admin/kb/guide/add/")
    page.locator("[name=title]").press_sequentially(title)
    page.locator("[name=summary]").fill("Jobs pile up because the broker cannot be reached.")
    page.locator("[name=body]").fill(BODY)
    page.locator("select[name=language]").select_option("en")
    page.locator("[name=parameters]").fill("port: {type: port, default: 5999}")
    page.get_by_role("button", name="Add another Symptom").click()
    page.locator("[name=symptoms-0-slug]").fill("broker-lost")
    page.locator("[name=symptoms-0-phrases]").fill(phrase)
    page.locator("[name=symptoms-0-pattern]").fill(pattern)
    page.get_by_role("button", name="Add another Cause").click()
    page.locator("[name=causes-0-slug]").fill("broker-down")
    page.locator("[name=causes-0-title]").fill("The broker is not running")
    page.locator("[name=causes-0-section]").fill("start")
    page.get_by_role("button", name="Add another Check").click()
    page.locator("[name=checks-0-slug]").fill("broker-port")
    page.locator("[name=checks-0-name]").fill("Does the broker listen?")
    page.locator("[name=checks-0-probe]").select_option(label="Something listens on the port")
    page.locator("[name=checks-0-parameters]").fill("port: ${port}")
    save(page)


def save(page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()


def was_saved(page) -> None:
    from playwright.sync_api import expect

    expect(page.locator(".messagelist .success")).to_be_visible()


def refusal(page) -> str:
    from playwright.sync_api import expect

    expect(page.locator(".errornote")).to_be_visible()
    return "\n".join(page.locator(".errornote, .errorlist").all_inner_texts())


def test_a_guide_written_in_the_admin_is_found_once_it_is_published(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()

    write_guide(page, "Queue worker stops", phrase="QUEUE_BROKER_LOST")
    was_saved(page)
    assert page.locator(".field-slug .readonly").first.inner_text() == "queue-worker-stops"
    keep(page, "admin-1-guide-saved")

    page.locator("#causes-group").get_by_role("link", name="Evidence and fixes").click()
    write_evidence(page, "broker-port: nothing_like_this")
    save(page)
    assert "causes › broker-down › evidence" in refusal(page)
    assert "nothing_like_this" in refusal(page)
    expect(page.locator("[name=evidence-0-when]")).to_have_value("broker-port: nothing_like_this")
    expect(page.locator("[name=resolutions-0-title]")).to_have_value("Start the broker")
    keep(page, "admin-2-bad-when")

    page.locator("[name=evidence-0-when]").fill("broker-port: not_listening")
    save(page)
    was_saved(page)
    keep(page, "admin-3-cause-saved")

    paste(page, "worker[3]: QUEUE_BROKER_LOST after 3 tries")
    expect(page.get_by_role("heading", name="This error is new")).to_be_visible()

    page.goto("/admin/kb/guide/?q=queue-worker-stops")
    page.locator("#result_list tbody input[type=checkbox]").check()
    page.locator("select[name=action]").select_option(label="Publish selected guides")
    page.get_by_role("button", name="Go").click()
    was_saved(page)
    keep(page, "admin-4-published")

    paste(page, "worker[3]: QUEUE_BROKER_LOST after 3 tries")
    first = page.locator("ol.causes > li").first
    expect(first).to_contain_text("The broker is not running")
    expect(page.locator("mark").filter(has_text="QUEUE_BROKER_LOST")).not_to_have_count(0)
    keep(page, "admin-5-found")

    run_and_follow(page, "Run all checks")
    expect(page.locator("ol.causes > li").first).to_contain_text("Supported")
    keep(page, "admin-6-checked")


def write_evidence(page, when: str) -> None:
    page.get_by_role("button", name="Add another Suggestion").click()
    page.locator("[name=suggested_by-0-symptom]").select_option(index=1)
    page.locator("[name=suggested_by-0-strength]").select_option("strong")
    page.get_by_role("button", name="Add another Evidence").click()
    page.get_by_text("As it stands in the guide's file").first.click()
    page.locator("[name=evidence-0-when]").fill(when)
    page.locator("[name=evidence-0-says]").select_option("strongly-for")
    page.get_by_role("button", name="Add another Resolution").click()
    page.locator("[name=resolutions-0-slug]").fill("start")
    page.locator("[name=resolutions-0-title]").fill("Start the broker")
    page.locator("[name=resolutions-0-section]").fill("start")
    page.locator("[name=resolutions-0-verify]").select_option(label="Does the broker listen?")


def test_a_bad_pattern_is_refused_with_its_place_and_nothing_is_lost(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()

    write_guide(page, "Bad pattern", phrase="BAD_PATTERN_WORD", pattern="broker (lost")

    assert "symptoms › broker-lost › pattern: the ( at character 8 is not closed" in refusal(page)
    expect(page.locator("[name=symptoms-0-pattern]")).to_be_visible()
    expect(page.locator("[name=symptoms-0-pattern]")).to_have_value("broker (lost")
    expect(page.locator("[name=body]")).to_have_value(BODY)
    expect(page.locator("[name=checks-0-parameters]")).to_have_value("port: ${port}")
    keep(page, "admin-7-bad-pattern")

    page.locator("[name=symptoms-0-pattern]").fill(r"broker \w+ lost")
    save(page)
    was_saved(page)


def test_two_tabs_on_one_guide_do_not_overwrite_each_other(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    first, second = open_page(), open_page()
    write_guide(first, "Edited twice", phrase="EDITED_TWICE_WORD")
    was_saved(first)
    second.goto(first.url)

    first.locator("[name=summary]").fill("The first tab was here.")
    save(first)
    was_saved(first)
    expect(first.get_by_text("revision 2")).to_be_visible()
    second.locator("[name=summary]").fill("The second tab came later.")
    save(second)

    expect(second.get_by_role("alert")).to_contain_text("Someone else saved this guide")
    field = second.locator(".compare-field.both")
    expect(field.get_by_role("group", name="They made of it")).to_contain_text("The first tab was")
    expect(field.get_by_role("group", name="You typed")).to_contain_text("The second tab came")
    keep(second, "admin-8-conflict")
    second.goto(first.url)
    expect(second.locator("[name=summary]")).to_have_value("The first tab was here.")

    second.get_by_role("link", name="revision 2").click()
    expect(second.locator("#result_list tbody tr")).to_have_count(2)
    keep(second, "admin-9-revisions")
    second.locator("#result_list tbody a").first.click()
    keep(second, "admin-10-revision")


FILE = """---
slug: imported-queue
language: en
title: The queue is full
summary: Producers are refused.
state: published
symptoms:
  full: {phrases: [IMPORTED_QUEUE_FULL], suggests: {too-small: strong}}
causes:
  too-small: {title: The queue is too small, section: grow}
---
## Grow the queue {#grow}

Give it more room.
"""
BAD_FILE = """---
slug: Imported Queue
language: xx
title: The queue is full
colour: blue
symptoms:
  full: {pattern: "queue (full"}
causes:
  too-small: {title: The queue is too small, section: shrink, weight: 0}
---
## Grow the queue {#grow}
"""


def choose_file(page, text: str) -> None:
    page.goto("/admin/kb/guide/import/")
    file = {"name": "queue.md", "mimeType": "text/markdown", "buffer": text.encode()}
    page.get_by_label("Markdown files").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


def test_a_guide_file_is_imported_after_a_preview_of_what_changes(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page()

    choose_file(page, FILE)
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.locator(".import-item")).to_contain_text("new")
    keep(page, "import-1-new")
    page.get_by_role("button", name="Import these").click()
    was_saved(page)

    choose_file(page, FILE.replace("Producers are refused.", "Producers wait."))
    expect(page.locator(".import-item ins")).to_contain_text("wait")
    keep(page, "import-2-difference")
    page.get_by_role("button", name="Import these").click()
    was_saved(page)

    choose_file(page, FILE.replace("Producers are refused.", "Producers wait."))
    expect(page.get_by_text("unchanged")).to_be_visible()
    expect(page.get_by_role("button", name="Import these")).to_have_count(0)
    keep(page, "import-3-unchanged")

    paste(page, "IMPORTED_QUEUE_FULL")
    expect(page.locator("ol.causes > li").first).to_contain_text("The queue is too small")


def test_a_bad_guide_file_is_refused_with_every_complaint_and_its_line(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(expected=(422,))

    choose_file(page, BAD_FILE)

    complaints = page.locator("ul.complaints li")
    expect(complaints).not_to_have_count(0)
    told = complaints.all_inner_texts()
    keep(page, "import-4-bad")
    for line, word in ((2, "slug"), (3, "language"), (5, "colour"), (7, "pattern"), (9, "weight")):
        assert any(f"queue.md:{line}" in one and word in one for one in told), (line, word, told)
    expect(page.get_by_role("button", name="Import these")).to_have_count(0)
    page.goto("/admin/kb/guide/?q=Imported+Queue")
    expect(page.get_by_text("Imported Queue", exact=True)).to_have_count(0)


def test_an_incident_carries_the_text_and_closes_with_what_fixed_it(
    open_page: Callable, keep: Callable
) -> None:
    from playwright.sync_api import expect

    page = open_page(expected=(400,))
    paste(page, "zorkmid ledger drained at step 9")

    page.get_by_role("link", name="Log an incident with this text").first.click()
    text = page.get_by_label("The error as it was shown")
    expect(text).to_have_value("zorkmid ledger drained at step 9")
    keep(page, "incident-1-new")
    page.get_by_label("What is wrong?").fill("The ledger drains at night")
    page.get_by_label("Major").check()
    page.get_by_role("button", name="Open the incident").click()

    expect(page.get_by_role("heading", name="The ledger drains at night")).to_be_visible()
    expect(page.locator("pre.pasted")).to_contain_text("zorkmid ledger drained")
    keep(page, "incident-2-open")
    page.get_by_label("Add a note").fill("Restarted the nightly job; it ran through.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("main")).to_contain_text("it ran through")

    page.get_by_text("Close with what fixed it").click()
    page.get_by_role("button", name="Close the incident").click()
    keep(page, "incident-3-nothing-said")
    expect(page.get_by_text("Say what fixed it")).to_be_visible()
    page.get_by_label("In your words").fill("The nightly job had lost its lock file.")
    page.get_by_role("button", name="Close the incident").click()
    expect(page.get_by_text("Closed. What fixed it counts for the next one.")).to_be_visible()
    expect(page.locator(".outcome")).to_contain_text("lost its lock file")
    keep(page, "incident-4-closed")

    paste(page, "zorkmid ledger drained at step 9")
    expect(page.get_by_role("heading", level=1)).to_contain_text("it was fixed before")
    expect(page.get_by_role("link", name="The nightly job had lost its lock file.")).to_be_visible()
    keep(page, "incident-5-next-time")


def test_a_probe_is_defined_approved_and_run(open_page: Callable, keep: Callable) -> None:
    from playwright.sync_api import expect

    page = open_page()
    page.goto("/probes/")
    page.get_by_role("link", name="Define a probe").click()
    keep(page, "probe-1-kinds")
    page.get_by_role("link", name="TCP connection").click()
    expect(page.get_by_text("Self-approval is on here")).to_be_visible()

    page.locator("[name=name]").press_sequentially("Walk to a closed port")
    page.locator("[name=param_host]").fill("127.0.0.1")
    page.locator("[name=param_port]").fill("70000")
    save(page)
    assert "port: " in refusal(page)
    expect(page.locator("[name=param_host]")).to_have_value("127.0.0.1")
    keep(page, "probe-2-wrong-value")

    page.locator("[name=param_port]").fill("${port}")
    save(page)
    was_saved(page)
    expect(page.get_by_text("This definition is not approved")).to_be_visible()
    expect(page.get_by_role("link", name="Run now")).to_have_count(0)
    keep(page, "probe-3-needs-approval")
    page.goto("/probes/walk-to-a-closed-port/")
    expect(page.get_by_text("needs approval")).to_be_visible()
    keep(page, "probe-4-staff-needs-approval")

    page.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="Approve this definition").click()
    was_saved(page)
    expect(page.get_by_text("This definition was approved by admin")).to_be_visible()
    keep(page, "probe-5-approved")
    page.get_by_role("link", name="Run now").click()
    page.get_by_label("port").fill("nine")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator(".errorlist")).to_contain_text("number")
    keep(page, "probe-6-bad-value")
    page.get_by_label("port").fill("9")
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/probes/batch/**")
    keep(page, "probe-7-batch")

    ran = page.get_by_role("link", name="refused")
    expect(ran).to_be_visible(timeout=30_000)
    keep(page, "probe-8-batch-done")
    ran.click()
    keep(page, "probe-9-run")
    page.goto("/probes/walk-to-a-closed-port/")
    keep(page, "probe-10-staff-page")
    page.locator("#runs ~ .table-frame a").first.click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("main")).to_contain_text("refused")
    keep(page, "probe-11-staff-run")

    page.goto("/admin/probes/probe/?q=walk-to-a-closed-port")
    page.locator("#result_list tbody th a").click()
    page.locator("[name=param_host]").fill("127.0.0.2")
    save(page)
    expect(page.get_by_text("so it needs approval again")).to_be_visible()


PHONE = {"width": 390, "height": 844}
BEYOND_THE_FRAME = """() => [...document.querySelectorAll('.form-row textarea')]
  .filter(field => field.offsetParent !== null)
  .filter(field => field.getBoundingClientRect().right
                   > field.closest('fieldset').getBoundingClientRect().right)
  .map(field => field.name)"""
INSIDE_THE_BAR = """() => {
  const bottom = (name) => document.querySelector(name).getBoundingClientRect().bottom;
  return bottom('#user-tools') <= bottom('#header');
}"""


@pytest.mark.parametrize("address", ["", "kb/guide/", "kb/guide/add/", "kb/guide/import/"])
def test_the_admin_fits_a_phone(open_page: Callable, keep: Callable, address: str) -> None:
    page = open_page(viewport=PHONE, locale="ko-KR")

    page.goto(f"/admin/{address}")

    keep(page, f"phone-{address.strip('/').replace('/', '-') or 'index'}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(BEYOND_THE_FRAME) == []
    assert page.evaluate(INSIDE_THE_BAR), "the bar's tools lie over the page"
