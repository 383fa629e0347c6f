"""From an incident to a guide: what is proposed, what is written, what is found the next time."""

from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import services
from incidents.models import Incident
from incidents.services import promoting
from kb.models import Attempt, Guide
from kb.services import conclude, diagnose, find_fixes
from kb.services.authoring.drafting import Chosen, Proposed, free_slug
from tests import factories as make
from tests.kb.unreachable import TEXT, make_unreachable, see
from tests.pages.people import person

pytestmark = pytest.mark.django_db

PASTE = "ERROR kafka.consumer: offset commit failed with retriable error: NOT_COORDINATOR"
WORDS = "offset commit failed with retriable error: NOT_COORDINATOR"
MAY = ("incidents.view_incident", "kb.add_guide", "kb.view_guide")


@pytest.fixture
def mina() -> User:
    return make.make_user("mina-s")


def made(text: str = PASTE, **fields: object) -> Incident:
    return services.open_incident("Orders stand still", by=None, text=text, **fields)


def all_of(proposed: Iterable[Proposed]) -> dict[str, tuple[int, int, int]]:
    return {one.phrase: (one.hits.right, one.hits.wrong, one.hits.open) for one in proposed}


def chosen(**fields: object) -> Chosen:
    return Chosen(**{"title": "Orders stand still", "cause": "The broker moved", **fields})


def test_a_phrase_says_how_many_past_pastes_it_would_have_found_rightly_and_wrongly():
    fix = make.make_resolution(make.make_cause(make.make_guide("other")))
    elsewhere = find_fixes(f"{PASTE}\nnightly job")
    conclude(elsewhere, fix, worked=True, by=None)
    find_fixes(
        f"our billing team met something new today\nFATAL the nightly export stopped\n{PASTE}"
    )
    find_fixes("something else entirely")
    incident = made()
    find_fixes(PASTE)

    hits = all_of(promoting.proposed(incident, promoting.told_by(incident)))

    assert [counts for phrase, counts in hits.items() if "offset commit" in phrase] == [(2, 1, 1)]


def test_the_draft_holds_words_checks_evidence_the_fix_and_what_did_not_help():
    known = make_unreachable()
    incident = made(TEXT)
    case = incident.investigation
    see(case, known, listener="not_listening", outside="refused")
    case.attempts.create(what="Rebooted the laptop", outcome=Attempt.Outcome.FAILED)
    incident.language = "en"
    told = promoting.told_by(incident)
    failed = told.failed[0]

    guide = promoting.promote(
        incident,
        chosen(
            phrases=("net::ERR_CONNECTION_REFUSED",),
            looks=frozenset(look.slug for look in told.looks),
            avoid=frozenset({failed.pk}),
            fix="Start the server",
        ),
        told=told,
        by=None,
    )

    cause = guide.causes.get()
    assert (guide.state, cause.standing, cause.provenance) == ("draft", "suspected", "observed")
    assert guide.symptoms.get().phrases == ["net::ERR_CONNECTION_REFUSED"]
    assert {check.slug for check in guide.checks.all()} == {look.slug for look in told.looks}
    assert {"listener": {"reason": ["not_listening"]}} in [e.when for e in cause.evidence.all()]
    assert [(r.kind, r.title) for r in cause.resolutions.all()] == [
        ("fix", "Start the server"),
        ("avoid", "Did not help: Rebooted the laptop"),
    ]
    assert TEXT in guide.body
    assert list(incident.guides.all()) == [guide]


def test_a_workaround_is_not_called_a_fix():
    incident = made()
    wanted = chosen(fix="Hide the panel", is_workaround=True)

    guide = promoting.promote(incident, wanted, told=promoting.told_by(incident), by=None)

    assert guide.causes.get().resolutions.get().kind == "workaround"


def test_published_the_guide_answers_the_next_paste():
    incident = made()
    wanted = chosen(phrases=(WORDS,), state="published")
    assert not diagnose(find_fixes(PASTE)).causes

    guide = promoting.promote(incident, wanted, told=promoting.told_by(incident), by=None)

    assert diagnose(find_fixes(PASTE)).best_guide == guide


def test_what_an_existing_guide_lacks_is_added_to_one_of_its_causes_in_one_revision():
    known = make_unreachable()
    cause = known.causes.first()
    before = known.revisions.count()
    incident = made()
    incident.investigation.attempts.create(what="Cleared the cache", outcome="failed")
    told = promoting.told_by(incident)
    wanted = chosen(phrases=(WORDS, "NOT_COORDINATOR"), avoid=frozenset({told.failed[0].pk}))

    promoting.add_to_guide(incident, cause, wanted, told=told, by=None)
    promoting.add_to_guide(incident, cause, wanted, told=told, by=None)

    assert known.revisions.count() == before + 1
    assert WORDS in known.symptoms.get(slug=f"observed-{cause.slug}").phrases
    assert cause.resolutions.filter(kind="avoid", title__contains="Cleared the cache").count() == 1
    assert list(incident.guides.all()) == [known]


def test_merged_incidents_are_one_case():
    first, second = made(), made(f"{PASTE} on orders-4")
    Incident.objects.filter(pk=second.pk).update(
        status="closed", closed_at=second.started_at, merged_into=first
    )

    assert promoting.cases_of(first) == [first.investigation, second.investigation]


def test_a_backtick_fence_in_the_paste_ends_no_block_of_the_draft():
    incident = made(f"{PASTE}\n```\n## Injected {{#fix}}")

    guide = promoting.promote(incident, chosen(), told=promoting.told_by(incident), by=None)

    assert "````text\n" in guide.body


def test_a_slug_is_free_also_for_a_korean_title():
    make.make_guide("guide")
    make.make_guide("orders-stand-still")

    assert free_slug("주문이 멈췄어요") == "guide-2"
    assert free_slug("Orders stand still") == "orders-stand-still-2"


def test_reading_what_is_proposed_costs_the_same_however_much_is_known():
    incident = made()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            promoting.proposed(incident, promoting.told_by(incident))
        return len(counted)

    few = queries()
    for number in range(5):
        find_fixes(f"{PASTE} on orders-{number}")
    incident.investigation.attempts.create(what="Waited", outcome="failed")

    assert queries() == few


def test_the_page_proposes_and_writes_the_draft(client: Client):
    person(client, *MAY)
    incident = made()
    address = f"{incident.get_absolute_url()}guide/"

    page = client.get(address).content.decode()
    written = client.post(
        address,
        {
            "title": "Orders stand still",
            "cause": "The broker moved",
            "own_phrase": "broker moved",
            "deed": "review",
        },
    )

    assert "NOT_COORDINATOR" in page
    guide = Guide.objects.get(title="Orders stand still")
    assert guide.state == "in_review"
    assert guide.symptoms.get().phrases == ["broker moved"]
    assert written.headers["Location"] == guide.get_absolute_url()


def test_everything_missing_is_said_at_once_and_nothing_is_written(client: Client):
    person(client, *MAY)
    page = client.post(f"{made().get_absolute_url()}guide/", {"deed": "draft"})

    assert page.status_code == 400
    assert "A guide needs a title." in page.content.decode()
    assert "Say what the cause is" in page.content.decode()
    assert not Guide.objects.exists()


@pytest.mark.parametrize("deed", ["publish", "extend"])
def test_publishing_and_changing_a_guide_are_rights_of_their_own(client: Client, deed: str):
    person(client, *MAY)
    cause = make_unreachable().causes.first()
    said = {"title": "x", "cause": "y", "existing": cause.pk, "deed": deed}

    assert client.post(f"{made().get_absolute_url()}guide/", said).status_code == 403


def test_without_the_right_to_write_guides_there_is_no_page(client: Client):
    person(client, "incidents.view_incident")

    assert client.get(f"{made().get_absolute_url()}guide/").status_code == 403
