"""The page of an investigation: from a pasted error to "this fixed it"."""

import socket
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Attempt, Investigation, SearchGap
from probes.models import Batch, Run
from tests.flows.person import work
from tests.kb.unreachable import make_unreachable, see
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def paste(client: Client, text: str) -> Investigation:
    answer = client.post("/", {"text": text})
    assert answer.status_code == 302, answer.content.decode()
    return Investigation.objects.get(public_id=answer["Location"].split("/")[2])


def refused_at(port: int) -> str:
    return f"GET http://127.0.0.1:{port}/ net::ERR_CONNECTION_REFUSED"


def read(client: Client, investigation: Investigation) -> str:
    answer = client.get(investigation.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def values(investigation: Investigation, port: int) -> dict[str, str]:
    """The fields as they stand beside the button."""
    return {"p-connection/host": "127.0.0.1", "p-connection/port": str(port)}


def test_pasted_words_are_marked_and_the_likeliest_cause_is_first(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    page = read(client, paste(client, refused_at(8123)))

    assert 'class="symptom" title="Known message">ERR_CONNECTION_REFUSED</mark>' in page
    assert page.index("not running") < page.index("port held")
    assert "Not looked at" in page
    assert "read from the paste" in page
    assert 'value="8123"' in page


@pytest.mark.parametrize("text", ["", "   \n\t  "], ids=["nothing", "blanks"])
def test_empty_paste_says_what_to_do_under_the_field(client: Client, text: str) -> None:
    person(client, *RESPONDER)

    answer = client.post("/", {"text": text})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Paste an error first" in page
    assert "autofocus" in page
    assert not Investigation.objects.exists()


def test_paste_over_a_megabyte_is_refused_with_a_sentence(client: Client) -> None:
    person(client, *RESPONDER)

    answer = client.post("/", "text=" + "x" * 1_200_000, content_type=FORM)

    assert answer.status_code == 413
    assert "too long" in answer.content.decode()


FORM = "application/x-www-form-urlencoded"


def test_long_paste_is_cut_and_the_page_says_so(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    page = read(client, paste(client, "noise\n" * 40_000 + "ERR_CONNECTION_REFUSED"))

    assert "the middle was left out" in page


def test_what_was_masked_is_named_and_never_shown(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    page = read(client, paste(client, "ERR_CONNECTION_REFUSED password=correct-horse-battery"))

    assert "Masked before storing" in page
    assert "correct-horse" not in page


def test_pasted_markup_is_text(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    page = read(client, paste(client, "<script>alert(1)</script> ERR_CONNECTION_REFUSED"))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_unknown_error_is_new_and_can_be_logged(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    investigation = paste(client, "kernel panic: unable to mount root")
    page = read(client, investigation)

    assert "This error is new" in page
    assert f"/incidents/new/?from={investigation.public_id}" in page
    assert SearchGap.objects.get().count == 1


def test_run_with_the_values_beside_the_button_confirms_them(
    client: Client, closed_port: int
) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(closed_port))

    form = {"check": "connection/listener connection/outside", "key": "k1"}
    answer = client.post(
        f"{investigation.get_absolute_url()}checks/", form | values(investigation, closed_port)
    )
    work()

    assert answer["Location"] == investigation.get_absolute_url()
    assert {run.reason_code for run in Run.objects.all()} == {"not_listening", "refused"}
    page = read(client, investigation)
    assert "Supported" in page
    assert "Ruled out" in page
    for run in Run.objects.all():
        assert f"/runs/{run.public_id}/" in page


def test_check_that_could_not_look_says_what_to_do(client: Client, closed_port: int) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    investigation = paste(client, refused_at(closed_port))
    see(investigation, guide, listener="permission_denied")

    page = read(client, investigation)

    assert "What to do" in page
    assert "For a probe operator" in page
    assert "What to do" in client.get("/g/connection/").content.decode()


def test_run_without_having_seen_the_values_is_refused(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(8123))

    answer = client.post(f"{investigation.get_absolute_url()}checks/", {"check": "all"})

    assert answer.status_code == 400
    assert "look at it first" in answer.content.decode()
    assert not Batch.objects.exists()


def test_double_press_asks_once(client: Client, closed_port: int) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(closed_port))
    form = {"check": "connection/listener", "key": "k1"} | values(investigation, closed_port)

    client.post(f"{investigation.get_absolute_url()}checks/", form)
    client.post(f"{investigation.get_absolute_url()}checks/", form)

    assert Batch.objects.count() == 1


def test_value_of_the_wrong_type_is_explained_at_its_field(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(8123))

    answer = client.post(
        f"{investigation.get_absolute_url()}parameters/", {"p-connection/port": "ninety"}
    )

    assert answer.status_code == 400
    assert "has-error" in answer.content.decode()


def test_progress_is_polled_until_nothing_is_open(client: Client, closed_port: int) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(closed_port))
    here = investigation.get_absolute_url()
    form = {"check": "connection/listener", "key": "k1"} | values(investigation, closed_port)

    started = client.post(f"{here}checks/", form, headers=HTMX)
    page = started.content.decode()
    assert started.status_code == 200
    assert 'hx-trigger="every 1s"' in page
    assert "0 of 1 done" in page

    address = page.split('hx-get="')[1].split('"')[0]
    assert client.get(address, headers=HTMX).status_code == 204

    work()
    ended = client.get(address, headers=HTMX)
    assert ended.status_code == 286
    assert 'hx-trigger="every 1s"' not in ended.content.decode()


def test_without_scripts_an_open_batch_loads_the_page_again(
    client: Client, closed_port: int
) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(closed_port))
    refresh = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
    assert refresh not in read(client, investigation)

    form = {"check": "connection/listener"} | values(investigation, closed_port)
    client.post(f"{investigation.get_absolute_url()}checks/", form)
    assert refresh in read(client, investigation)

    work()
    assert refresh not in read(client, investigation)


def test_stopped_batch_is_cancelled(client: Client, closed_port: int) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(closed_port))
    form = {"check": "connection/listener"} | values(investigation, closed_port)
    client.post(f"{investigation.get_absolute_url()}checks/", form)

    client.post(f"{investigation.get_absolute_url()}cancel/")

    assert Batch.objects.get().state == "cancelled"
    assert "Looking" not in read(client, investigation)


def test_person_answers_a_manual_check(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(8123))
    assert "Is the container Up?" in read(client, investigation)

    client.post(
        f"{investigation.get_absolute_url()}answer/",
        {"check": "connection/container", "answer": "denied", "note": "Exited (1)"},
    )

    assert Run.objects.get().reason_code == "denied"
    assert "Exited (1)" in read(client, investigation)


def test_verified_repair_can_be_said_to_have_fixed_it(client: Client, listener: int) -> None:
    user = person(client, *RESPONDER)
    guide = make_unreachable()
    fix = guide.causes.get(slug="not-running").resolutions.filter(kind="fix").first()
    investigation = paste(client, refused_at(listener))
    here = investigation.get_absolute_url()
    assert "Once the verifying check says OK" in read(client, investigation)

    client.post(f"{here}checks/", {"verify": fix.pk} | values(investigation, listener))
    work()
    client.post(f"{here}outcome/", {"resolution": fix.pk, "worked": "yes"})

    page = read(client, investigation)
    assert "Fixed, and recorded" in page
    investigation.refresh_from_db()
    assert investigation.concluded_resolution == fix
    assert investigation.verified_by.exists()
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.by) == ("worked", user)


def test_what_did_not_help_is_recorded_and_nothing_is_concluded(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    fix = guide.causes.get(slug="not-running").resolutions.filter(kind="fix").first()
    investigation = paste(client, refused_at(8123))

    client.post(
        f"{investigation.get_absolute_url()}outcome/", {"resolution": fix.pk, "worked": "no"}
    )

    assert Attempt.objects.get().outcome == "failed"
    investigation.refresh_from_db()
    assert investigation.concluded_at is None


def test_viewer_sees_the_buttons_disabled_with_the_reason(client: Client) -> None:
    person(client, "kb.match_text", "kb.view_guide")
    make_unreachable()
    investigation = paste(client, refused_at(8123))

    page = read(client, investigation)
    answer = client.post(f"{investigation.get_absolute_url()}checks/", {"check": "all"})

    assert "Your account may not run probes" in page
    assert 'value="all" disabled' in page
    assert answer.status_code == 403
    assert not Batch.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"resolution": "x"}, {"resolution": "999999"}])
def test_outcome_of_nothing_known_is_not_found(client: Client, fields: dict[str, str]) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(8123))

    answer = client.post(f"{investigation.get_absolute_url()}outcome/", fields)

    assert answer.status_code == 404


def test_queries_do_not_grow_with_causes_and_checks(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    investigation = paste(client, refused_at(8123))
    read(client, investigation)
    with CaptureQueriesContext(
        connection,
    ) as few:
        read(client, investigation)

    make_unreachable("other")
    with CaptureQueriesContext(connection) as many:
        page = read(client, investigation)

    assert "/g/other/" in page
    assert len(many) <= len(few) + 2


@pytest.mark.parametrize("text", [refused_at(8123), "zorkmid ledger drained at step 9"])
def test_page_has_one_first_heading_with_causes_and_without(client: Client, text: str) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    assert read(client, paste(client, text)).count("<h1") == 1


def test_where_a_probe_could_not_look_a_person_chooses_what_they_saw(client: Client) -> None:
    responder = person(client, *RESPONDER)
    guide = make_unreachable()
    investigation = paste(client, refused_at(8123))
    assert "I looked myself" not in read(client, investigation)
    see(investigation, guide, listener="permission_denied")
    asked = read(client, investigation)
    assert "I looked myself" in asked
    assert '<option value="not_listening">Nothing listens on the port</option>' in asked
    assert '<option value="permission_denied">' not in asked

    answer = client.post(
        f"{investigation.get_absolute_url()}answer/",
        {"check": "connection/listener", "answer": "not_listening", "note": "<b>ss</b>"},
    )

    assert answer.status_code == 302
    said = read(client, investigation)
    assert f"{responder.username} says so" in said
    assert "&lt;b&gt;ss" in said
    assert Run.objects.latest("pk").answered_by == responder.username


def test_nobody_overrules_what_a_runner_saw_and_the_page_says_why(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    investigation = paste(client, refused_at(8123))
    see(investigation, guide, listener="not_listening")

    answer = client.post(
        f"{investigation.get_absolute_url()}answer/",
        {"check": "connection/listener", "answer": "listening"},
    )

    assert answer.status_code == 400
    assert "A runner looked at this" in answer.content.decode()
