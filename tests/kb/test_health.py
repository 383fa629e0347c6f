"""When a guide may no longer be right, and what says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from kb import services
from kb.models import Attempt, Cause, Guide, GuideTranslation, Investigation, Resolution, Service
from kb.services.guides.links import Shelf, dead_links, external_links
from kb.services.upkeep.health import Health, Reason, health_of, warnings_of
from kb.services.upkeep.health.causes import PastCase, contradicted_in, ruled_out_beside
from kb.services.upkeep.health.checks import could_not_look
from kb.services.upkeep.review import still_valid
from probes.models import Location, Probe
from tests import factories as make
from tests.kb.unreachable import TEXT, make_unreachable, see

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
YEAR_AGO = timezone.now() - timedelta(days=365)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def health(guide: Guide) -> Health:
    return health_of([Guide.objects.get(pk=guide.pk)])[0]


def reasons(guide: Guide) -> list[tuple[str, str]]:
    return [(one.code, one.text) for one in health(guide).reasons]


def only(guide: Guide) -> Reason:
    (reason,) = health(guide).reasons
    return reason


def said(guide: Guide, slug: str, *outcomes: str) -> None:
    """Each by another person in a case of their own, in this order."""
    repair = Resolution.objects.get(slug=slug, cause__guide=guide)
    for outcome in outcomes:
        case = Investigation.objects.create(
            text="x", fingerprint="x", started_by=make.make_user(f"u{Attempt.objects.count()}")
        )
        case.attempts.create(what="x", resolution=repair, outcome=outcome, by=case.started_by)


def test_a_new_guide_is_fine(guide: Guide):
    assert (health(guide).verdict, reasons(guide)) == ("fine", [])


def test_an_overdue_review_is_worth_a_look_and_stale_when_forgotten(guide: Guide):
    today = timezone.now().date()
    for days, verdict in ((0, "fine"), (1, "look"), (180, "look"), (181, "stale")):
        Guide.objects.update(review_after=today - timedelta(days=days))

        assert health(guide).verdict == verdict, days
    assert only(guide).since == today - timedelta(days=181)


def test_three_of_the_last_four_who_say_it_did_not_help_are_heard_by_everyone(guide: Guide):
    said(guide, "start", "worked", "failed", "failed", "failed")

    reason = health(guide).reasons[0]

    assert reason.text == "“start”: 3 of the last 4 people said it did not help."
    assert (reason.severity, reason.code) == ("stale", "fix_failing")
    newest = Attempt.objects.order_by("-pk")[0].investigation
    assert reason.href == newest.get_absolute_url()
    assert reason.since == Attempt.objects.filter(outcome="failed").order_by("pk")[0].at
    assert warnings_of(guide) == [reason]
    said(guide, "start", "worked", "worked")
    assert warnings_of(guide) == []


def test_a_fix_that_lately_helps_less_is_told_with_both_figures(guide: Guide):
    said(guide, "start", *["worked"] * 8, "worked", *["partly"] * 7)

    assert only(guide).text == (
        "“start” helped in 1 of the newest 8 tries, and in 8 of the 8 before them."
    )


def test_a_check_whose_last_three_runs_could_not_look_no_longer_runs(guide: Guide):
    found = services.find_fixes(TEXT)
    for _time in range(2):
        see(found, guide, listener="permission_denied")
    assert reasons(guide) == []

    see(found, guide, listener="permission_denied")

    reason = only(guide)
    assert reason.text == "“listener” could not look the last 3 times: No permission to look."
    assert (reason.severity, reason.code) == ("look", "check_blind")
    assert reason.href.startswith("/runs/")
    assert reason.since is not None
    see(found, guide, listener="listening")
    assert reasons(guide) == []


def test_a_guide_none_of_whose_checks_runs_is_stale(guide: Guide):
    found = services.find_fixes(TEXT)
    for _time in range(3):
        see(found, guide, listener="permission_denied", outside="no_agent")

    assert health(guide).verdict == "stale"
    assert len(health(guide).reasons) == 2


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        ([("UNKNOWN", "no_agent")] * 3, "no_agent"),
        ([("UNKNOWN", "no_agent")] * 2, ""),
        ([("UNKNOWN", "no_agent"), ("UNKNOWN", "runner_lost"), ("UNKNOWN", "no_agent")], ""),
        ([("OK", "listening"), *[("UNKNOWN", "no_agent")] * 2], ""),
        ([("CRITICAL", "refused")] * 3, ""),
        ([], ""),
    ],
    ids=[
        "one reason",
        "too few",
        "different reasons",
        "the newest looked",
        "bad news",
        "never ran",
    ],
)
def test_what_counts_as_no_longer_running(runs: list[tuple[str, str]], reason: str):
    assert could_not_look([{"status": s, "reason": r} for s, r in runs]) == reason


def test_a_probe_that_is_not_approved_does_not_run(guide: Guide):
    Probe.objects.filter(slug="connection-tcp").update(timeout_s=9)

    assert only(guide).text == "“outside” does not run: its probe is not approved."
    assert only(guide).href == "/probes/connection-tcp/"


def test_a_kind_that_no_place_allows_does_not_run(guide: Guide):
    Location.objects.update(kinds=["port_listen"])
    if not Location.objects.exists():
        Location.objects.create(slug="server", name="server", kinds=["port_listen"])

    assert only(guide).text == "“outside”: no location allows this kind of probe."
    Location.objects.create(slug="laptop", name="laptop")
    assert reasons(guide) == []


def concluded(guide: Guide, slug: str, **saw: str) -> Investigation:
    case = services.find_fixes(TEXT)
    if saw:
        see(case, guide, **saw)
    services.conclude_cause(case, Cause.objects.get(slug=slug), by=None)
    Investigation.objects.filter(pk=case.pk).update(confirmation="person")
    return case


def test_a_cause_confirmed_against_its_own_runs_is_a_contradiction(guide: Guide):
    concluded(guide, "not-running", listener="not_listening", outside="refused")
    assert reasons(guide) == []

    case = concluded(guide, "not-running", listener="listening")

    reason = only(guide)
    assert reason.code == "cause_contradicted"
    assert reason.text.startswith("“not running” was confirmed in a case whose own checks had")
    assert (reason.severity, reason.href) == ("stale", case.get_absolute_url())


def test_a_confirmed_cause_that_recent_cases_ruled_out_is_worth_a_look(guide: Guide):
    Cause.objects.filter(slug="not-running").update(standing="confirmed")
    for _time in range(3):
        concluded(guide, "port-held", listener="held_by_other")

    assert only(guide).text == (
        "“not running” stands as confirmed, but checks ruled it out in 3 recent cases, which had "
        "another cause."
    )
    concluded(guide, "not-running", listener="not_listening", outside="refused")
    assert reasons(guide) == []


def test_what_was_seen_after_the_end_contradicts_nothing(guide: Guide):
    case = concluded(guide, "not-running", listener="not_listening", outside="refused")

    see(case, guide, listener="listening")

    assert reasons(guide) == []


def test_contradictions_are_judged_from_the_newest_cases_alone():
    def case(confirmed: str, **states: str) -> PastCase:
        return PastCase(public_id="i", at=YEAR_AGO, confirmed=confirmed, states=states)

    other = case("b", a="ruled_out", b="supported")
    assert ruled_out_beside("a", [other] * 3) == [other] * 3
    assert ruled_out_beside("a", [other] * 2) == []
    assert ruled_out_beside("a", [other, other, other, case("a")]) == []
    assert contradicted_in("a", [case("a", a="ruled_out"), case("a", a="supported"), other]) == [
        case("a", a="ruled_out")
    ]


BODY = """\
# Start {#start}

See [below](#end), [gone](#gone), [a guide](./cors.md#first), [its hole](cors.md#hole),
[nobody](nobody.md), [the list](/guides/), [no page](/nowhere/), [out](https://example.com/x).

```
[not a link](#code) in `code` and other.md
```

## The end {#end}

It was written in `docs/REFERENCE.md` and [again](/g/cors/), see README.md; `a[0](#b)` is code.
"""


def test_links_are_followed_within_the_base_and_never_beyond_it():
    shelf = Shelf(sections={"cors": {"first"}})

    dead = [
        (link.target, link.line, link.section) for link in dead_links(BODY, slug="me", shelf=shelf)
    ]

    assert dead == [
        ("#gone", 3, "start"),
        ("cors.md#hole", 3, "start"),
        ("nobody.md", 4, "start"),
        ("/nowhere/", 4, "start"),
        ("docs/REFERENCE.md", 12, "end"),
    ]
    assert [link.target for link in external_links(BODY)] == ["https://example.com/x"]


def test_dead_links_and_missing_documents_are_reasons_with_their_line(guide: Guide):
    make.make_guide("cors", body="# First {#first}")
    Guide.objects.filter(pk=guide.pk).update(
        body="# Start {#start}\n\n[gone](#gone) and [there](cors.md#first); as in OLD_NOTES.md"
    )
    make.make_translation(guide, body="# 시작 {#start}\n\n[없음](#gone)")

    assert reasons(guide) == [
        ("dead_link", "Line 3 has a link that leads nowhere: #gone"),
        ("document_missing", "Line 3 names a document that is not here: OLD_NOTES.md"),
    ]
    assert health(guide).reasons[0].href == "/g/connection/#start"


def test_a_service_that_was_deleted_is_named(guide: Guide):
    guide.services.set([make.make_service("shop"), make.make_service("api")])
    services.record_edit(guide, by=None)
    assert reasons(guide) == []

    Service.objects.get(slug="shop").delete()

    assert only(guide).text == (
        "It was written for the service “shop”, which is not here any more."
    )


def test_a_guide_that_no_text_led_to_for_half_a_year(guide: Guide):
    Guide.objects.update(created_at=YEAR_AGO, matched_on=TODAY - timedelta(days=181))
    assert only(guide).text == "Nobody was led to it or started its checks for 181 days."

    services.find_fixes(TEXT)

    assert reasons(guide) == []
    assert Guide.objects.get(pk=guide.pk).matched_on == timezone.now().date()


def test_who_starts_its_checks_needs_the_guide_too(guide: Guide):
    Guide.objects.update(created_at=YEAR_AGO)
    assert [code for code, _text in reasons(guide)] == ["not_matched"]

    services.start_from_guide(Guide.objects.get(pk=guide.pk), by=None)

    assert reasons(guide) == []


def test_a_translation_behind_the_original(guide: Guide):
    services.record_edit(guide, by=None)
    guide.refresh_from_db()
    make.make_translation(guide, of_revision=guide.revision_number)
    assert reasons(guide) == []

    Guide.objects.filter(pk=guide.pk).update(summary="now other")
    services.record_edit(guide, by=None)

    assert only(guide).text == (
        "The Korean translation was made from revision 1; the guide is at 2."
    )
    assert only(guide).since == guide.revisions.get(number=2).created_at
    GuideTranslation.objects.update(of_revision=2)
    assert reasons(guide) == []


def test_a_guide_that_was_the_answer_and_helped_nobody(guide: Guide):
    said(guide, "start", "failed")
    assert reasons(guide) == []

    said(guide, "start", "failed")

    assert only(guide).text == ("In 2 cases it was the answer, and nothing that was tried helped.")
    Investigation.objects.all()[0].attempts.create(what="y", outcome="partly")
    assert reasons(guide) == []


def test_the_worst_reason_comes_first_and_is_the_verdict(guide: Guide):
    Guide.objects.update(review_after=TODAY - timedelta(days=3))
    said(guide, "start", "worked", "failed", "failed", "failed")

    assert [one.code for one in health(guide).reasons][:1] == ["fix_failing"]
    assert health(guide).verdict == "stale"
    assert str(health(guide).reasons[-1].kind) == "Its review is overdue"


def test_reasons_are_in_the_readers_language(guide: Guide):
    said(guide, "start", "failed", "failed", "failed", "failed")

    with override("ko"):
        assert "최근 4명 중 4명" in warnings_of(guide)[0].text


def test_queries_do_not_grow_with_guides_cases_and_runs(guide: Guide):
    def happen(one: Guide) -> None:
        case = services.find_fixes(TEXT)
        for _time in range(3):
            see(case, one, outside="no_agent")
        services.conclude_cause(case, one.causes.all()[0], by=None)
        Investigation.objects.filter(pk=case.pk).update(confirmation="person")
        said(one, "start", "failed", "failed", "failed", "failed")

    happen(guide)
    guides = list(Guide.objects.prefetch_related("translations", "services"))
    health_of(guides)
    with CaptureQueriesContext(connection) as few:
        health_of(guides)

    for slug in ("second", "third"):
        happen(make_unreachable(slug))
    guides = list(Guide.objects.prefetch_related("translations", "services"))
    with CaptureQueriesContext(connection) as many:
        found = health_of(guides)

    assert [len(one.reasons) for one in found] == [3, 3, 3]
    assert len(many) == len(few)


def test_a_cause_that_was_out_of_the_way_of_a_failed_attempt_is_a_reason_to_look(guide: Guide):
    cause = guide.causes.get(slug="not-running")
    case = services.find_fixes(TEXT)
    attempt = case.attempts.create(what="A minimal server", outcome="failed")
    attempt.addresses.add(cause)

    found = [one for one in health(guide).reasons if one.code == "cause_contradicted"]

    assert [(one.severity, one.evidence) for one in found] == [("look", case.public_id)]
    assert "A minimal server" in found[0].text


def test_who_found_the_guide_valid_knew_of_the_attempts_there_were(guide: Guide):
    case = services.find_fixes(TEXT)
    first = case.attempts.create(what="A minimal server", outcome="failed")
    first.addresses.add(guide.causes.get(slug="not-running"))

    still_valid(Guide.objects.get(pk=guide.pk), by=None)
    after_review = [one.code for one in health(guide).reasons]
    again = case.attempts.create(what="Another minimal server", outcome="failed")
    again.addresses.add(guide.causes.get(slug="not-running"))

    assert "cause_contradicted" not in after_review
    assert "cause_contradicted" in [one.code for one in health(guide).reasons]
