"""The checks beside a guide: run there, their verdict, and where a case does not fit."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Guide, Investigation, Resolution
from kb.services.diagnosing.find import find_fixes, start_from_guide
from probes.models import Batch, Run
from tests.factories import (
    make_cause,
    make_check,
    make_evidence,
    make_guide,
    make_probe,
    make_resolution,
    make_translation,
    reindex,
)
from tests.flows.person import work
from tests.kb.unreachable import TEXT, make_unreachable, see
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def read(client: Client, address: str, **options) -> str:
    return client.get(address, **options).content.decode()


def beside(page: str) -> str:
    """What stands beside the article."""
    return page.partition('<aside class="rail"')[2].partition("</aside>")[0]


def of(guide: Guide, **reasons: str) -> Investigation:
    case = start_from_guide(guide, by=None)
    if reasons:
        see(case, guide, **reasons)
    return case


def in_case(client: Client, case: Investigation) -> str:
    return beside(read(client, f"/g/connection/?case={case.public_id}"))


def test_running_from_a_case_stays_in_it_and_counts_what_is_done(client: Client) -> None:
    person(client, *RESPONDER)
    case = of(make_unreachable())
    asked = {"check": "all", "case": case.public_id}

    answer = client.post("/g/connection/checks/", asked, headers=HTMX).content.decode()

    assert Investigation.objects.get() == case
    assert "Looking: 0 of 2 done" in answer
    assert '<progress max="2" value="0"' in answer
    assert f"/g/connection/live/?case={case.public_id}" in answer
    assert "<html" not in answer
    work()
    done = client.get(f"/g/connection/live/?case={case.public_id}&seen=0.0", headers=HTMX)
    assert done.status_code == 286
    assert "<progress" not in done.content.decode()


def test_what_did_not_change_is_not_sent_again(client: Client) -> None:
    person(client, *RESPONDER)
    case = of(make_unreachable())
    client.post("/g/connection/checks/", {"check": "all", "case": case.public_id})

    address = f"/g/connection/live/?case={case.public_id}&seen="

    assert client.get(f"{address}0.0", headers=HTMX).status_code == 204
    assert client.get(f"{address}9.9", headers=HTMX).status_code == 200


def test_first_run_leads_a_page_with_scripts_to_its_case(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    answer = client.post("/g/connection/checks/", {"check": "listener"}, headers=HTMX)

    case = Investigation.objects.get()
    assert answer["HX-Redirect"] == f"/g/connection/?case={case.public_id}"
    assert [item.ref for item in Batch.objects.get().items.all()] == ["connection/listener"]


def test_running_checks_are_stopped(client: Client) -> None:
    person(client, *RESPONDER)
    case = of(make_unreachable())
    client.post("/g/connection/checks/", {"check": "all", "case": case.public_id})
    assert ">Stop</button>" in in_case(client, case)

    client.post("/g/connection/stop/", {"case": case.public_id})

    assert Batch.objects.get().state == Batch.State.CANCELLED
    assert ">Stop</button>" not in in_case(client, case)


def test_values_beside_the_button_are_what_is_looked_at(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    client.post("/g/connection/checks/", {"check": "listener", "p-connection/port": "8123"})

    assert Batch.objects.get().items.get().params["port"] == 8123


def test_refused_value_begins_nothing_and_stands_there_still(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    answer = client.post("/g/connection/checks/", {"check": "all", "p-connection/port": "99999x"})

    assert answer.status_code == 400
    assert 'value="99999x"' in answer.content.decode()
    assert not Investigation.objects.exists()


def test_likely_cause_is_named_with_what_was_seen_and_its_section(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    guide.body = "## Look {#look}\n\nThere.\n\n## Start the server {#begin}\n\nSo."
    guide.save()
    guide.causes.filter(slug="not-running").update(section="begin")

    rail = in_case(client, of(guide, listener="not_listening", outside="refused"))

    assert "Likely cause" in rail
    assert "not running" in rail
    assert "Nothing listens on the port" in rail
    assert 'href="#begin">Go to: Start the server</a>' in rail


def test_all_as_expected_says_that_the_cause_may_lie_elsewhere(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection", services=("api",))
    make_check(guide, "tcp", make_probe(params={"host": "127.0.0.1", "port": 80}))
    make_guide("next-one", title="Look at the proxy", services=("api",))

    rail = in_case(client, of(guide, tcp="connected"))

    assert "All checks of this guide are as expected" in rail
    assert '<a href="/g/next-one/">Look at the proxy</a>' in rail


def test_what_is_as_expected_after_it_was_not_asks_what_repaired_it(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection")
    make_check(guide, "tcp", make_probe(params={"host": "127.0.0.1", "port": 80}))
    case = of(guide, tcp="refused")

    see(case, guide, tcp="connected")

    assert "As expected now, and it was not before" in in_case(client, case)


def test_repair_that_the_checks_confirm_is_said_to_hold(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    case = of(guide, listener="not_listening", outside="refused")
    assert "Look whether it holds" in in_case(client, case)

    see(case, guide, purpose=Batch.Purpose.VERIFY, listener="listening", outside="connected")

    rail = in_case(client, case)
    assert "The repair holds, the checks say" in rail
    assert rail.count('class="rail-check ok"') == 2
    assert "OK now" in rail


def test_verifying_checks_of_a_repair_are_run_as_such(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    case = of(guide, listener="not_listening")
    repair = Resolution.objects.get(slug="start")

    client.post("/g/connection/checks/", {"verify": str(repair.pk), "case": case.public_id})

    batch = Batch.objects.get(purpose=Batch.Purpose.VERIFY)
    assert {item.ref for item in batch.items.all()} == {"connection/listener", "connection/outside"}


def test_incident_from_a_guides_case_is_named_after_the_guide(client: Client) -> None:
    person(client, *RESPONDER)
    case = of(make_unreachable())

    page = read(client, f"/incidents/new/?guide=connection&from={case.public_id}")

    assert 'value="Server cannot be reached"' in page
    assert f'value="{case.public_id}"' in page


def test_what_could_not_be_seen_is_no_verdict_and_says_what_to_do(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()

    rail = in_case(client, of(guide, listener="permission_denied"))

    assert "Cannot tell: the checks could not look" in rail
    assert "What to do" in rail
    assert "Likely cause" not in rail


def test_trouble_without_a_cause_in_the_guide_is_not_explained_away(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection")
    make_check(guide, "tcp", make_probe(params={"host": "127.0.0.1", "port": 80}))
    make_cause(guide, "other")

    rail = in_case(client, of(guide, tcp="refused"))

    assert "no cause in this guide explains it" in rail


def test_text_alone_only_presumes_a_cause(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()

    rail = in_case(client, find_fixes(TEXT))

    assert "Presumed from the text, nothing looked at yet" in rail
    assert "Likely cause" not in rail


def test_value_from_the_paste_is_shown_before_it_is_used(client: Client) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    case = find_fixes(TEXT)
    assert 'id="rail-values" open' in in_case(client, case)
    asked = {"check": "listener", "case": case.public_id}

    blind = client.post("/g/connection/checks/", asked)
    seen = client.post("/g/connection/checks/", asked | {"p-connection/port": "8001"})

    assert "look at it first" in blind.content.decode()
    assert seen.status_code == 302
    assert Batch.objects.get().items.get().params["port"] == 8001


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "of-another-guide"])
def test_case_that_does_not_fit_is_said_and_the_guide_shown(client: Client, known: bool) -> None:
    person(client, *RESPONDER)
    make_unreachable()
    other = start_from_guide(make_guide("other"), by=None)
    public_id = other.public_id if known else "inv_none"

    page = read(client, f"/g/connection/?case={public_id}")

    said = "is not about this guide" if known else "does not exist, or is not yours to see"
    assert said in page
    assert "Run all checks" in beside(page)
    client.post("/g/connection/checks/", {"check": "listener", "case": public_id})
    assert Batch.objects.get().investigations.get().guide.slug == "connection"


def test_guide_without_checks_says_so_and_offers_an_editor_to_add_one(client: Client) -> None:
    user = person(client, *RESPONDER)
    make_guide("connection")
    rail = beside(read(client, "/g/connection/"))
    assert "No automatic check" in rail
    assert "Add a check" not in rail

    user.is_superuser = user.is_staff = True
    user.save()

    assert "Add a check" in beside(read(client, "/g/connection/"))


def test_long_list_shows_what_is_wrong_and_folds_the_rest(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection")
    probe = make_probe(params={"host": "127.0.0.1", "port": "${port}"})
    for number in range(30):
        make_check(
            guide, f"c{number}", probe, name=f"Door {number}", parameters={"port": 900 + number}
        )
    case = of(guide, c3="refused", c4="connected", c5="connected")

    rail = in_case(client, case)

    shown, _, folded = rail.partition('<details class="folded"')
    assert "Door 3" in shown and "Door 4" not in shown and "Door 9" not in shown
    assert "Door 4" in folded and "Door 9" in folded


def test_section_of_a_check_is_marked_in_the_contents(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_unreachable()
    guide.body = "## Look {#look}\n\nThere."
    guide.save()
    guide.checks.filter(slug="listener").update(section="look")
    case = of(guide, listener="not_listening")

    contents = read(client, f"/g/connection/?case={case.public_id}").partition('<nav class="toc"')[
        2
    ]

    assert 'class="mark-of critical"' in contents.partition("</nav>")[0]


@pytest.mark.parametrize(
    ("state", "words"),
    [("draft", "Draft."), ("in_review", "In review.")],
)
def test_guide_that_answers_nobody_says_why(client: Client, state: str, words: str) -> None:
    user = person(client, *RESPONDER)
    user.is_superuser = True
    user.save()
    make_guide("connection", state=state)

    assert words in read(client, "/g/connection/")


def test_translation_left_behind_says_how_far(client: Client) -> None:
    person(client, *RESPONDER)
    guide = make_guide("connection")
    for number in (1, 2, 3):
        guide.revisions.create(number=number, file="x", sha256="x", source="admin")
    make_translation(guide, of_revision=2)
    assert "Translated from" not in read(client, "/g/connection/")

    client.cookies["django_language"] = "ko"

    assert "2번째 판을 옮긴 번역입니다. 원문은 지금 3번째 판입니다." in read(
        client, "/g/connection/"
    )


def test_guide_is_downloaded_as_the_file_an_import_takes(client: Client) -> None:
    person(client, "kb.view_guide")
    make_unreachable()

    answer = client.get("/g/connection.md")

    assert answer["Content-Disposition"] == 'attachment; filename="connection.md"'
    assert "slug: connection" in answer.content.decode()
    make_guide("hidden", state="draft")
    assert client.get("/g/hidden.md").status_code == 404


def test_queries_do_not_grow_with_checks_runs_and_attempts(client: Client) -> None:
    user = person(client, *RESPONDER)
    guide = make_guide("connection", services=("api",))
    probe = make_probe(params={"host": "127.0.0.1", "port": "${port}"})
    case = start_from_guide(guide, by=user)

    def more(number: int) -> None:
        slug = f"c{number}"
        make_check(guide, slug, probe, parameters={"port": 900 + number}, section="look")
        cause = make_cause(guide, slug)
        make_evidence(cause, "for", **{slug: "refused"})
        repair = make_resolution(cause, slug, verify=(slug,))
        reindex(guide)
        see(case, guide, **{slug: "refused"})
        case.attempts.create(
            what="x", resolution=repair, outcome="failed", by=user, position=number
        )
        make_guide(f"beside-{number}", services=("api",))

    def counted(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = ("/g/connection/", f"/g/connection/?case={case.public_id}")
    more(0)
    few = [counted(address) for address in addresses]
    for number in range(1, 6):
        more(number)

    assert Run.objects.count() == 6
    assert [counted(address) for address in addresses] == few
