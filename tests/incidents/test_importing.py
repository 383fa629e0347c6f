"""Plain documents become a guide or an incident, as far as a person accepts them."""

import dataclasses
import datetime
from pathlib import Path

import pytest

from incidents.models import ActionItem, Incident
from incidents.services.importing import (
    CannotImport,
    Imported,
    Rights,
    everything,
    import_plain,
)
from kb.ingest import dump
from kb.ingest import parse as read_guide
from kb.ingest.plain import Document, read
from kb.models import Cause, Guide, Investigation, SearchGap
from kb.services.guides.guides import draft_of
from probes.models import Probe
from tests.factories import make_guide, make_probe

pytestmark = pytest.mark.django_db

DOCUMENTS = Path(__file__).parents[1] / "documents"
WORKER, SEARCH = (
    (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("worker-runbook", "search-report")
)
EVERY = Rights(may_import=True, may_open=True, may_publish=True)


@pytest.fixture(autouse=True)
def probes(db: None) -> None:
    make_probe("port-listen", kind="port_listen", params={"port": "${port}"})
    make_probe("http-ok", kind="http", params={"url": "${url}"})


def take(document: Document, *, rights: Rights = EVERY, **changes: object) -> Imported:
    decision = dataclasses.replace(everything(document), **changes)
    return import_plain(document, decision, by=None, rights=rights, source="import")


def refusal(document: Document, *, rights: Rights = EVERY, **changes: object) -> list[tuple]:
    with pytest.raises(CannotImport) as refused:
        take(document, rights=rights, **changes)
    assert not Incident.objects.exists()
    assert not Guide.objects.filter(body=document.body).exists()
    return [(problem.line, problem.message) for problem in refused.value.problems]


def test_a_guide_holds_what_was_accepted_and_its_body_is_the_text() -> None:
    guide = take(read(WORKER), slug="worker-down").guide

    assert guide.body == WORKER
    assert (guide.slug, guide.language, guide.state) == ("worker-down", "ko", "draft")
    assert ["ERR_CONNECTION_REFUSED", "연결이 거부되었습니다"] in [
        s.phrases for s in guide.symptoms.all()
    ]
    assert guide.checks.get(slug="check-17").parameters == {"port": "${port}"}
    assert guide.parameters == {"port": {"type": "port", "default": 9100, "from": "port"}}
    assert guide.checks.get(slug="check-17").section == "step-1-포트-확인-가장-흔한-원인"


def test_a_message_suggests_the_cause_that_stands_beside_it() -> None:
    guide = take(read(WORKER)).guide

    refused = next(s for s in guide.symptoms.all() if "ERR_CONNECTION_REFUSED" in s.phrases)
    assert [link.cause.title for link in refused.suggests.all()] == [
        "작업 서버 프로세스가 떠 있지 않습니다."
    ]


def test_a_step_stands_under_the_cause_of_its_section() -> None:
    guide = take(read(WORKER)).guide

    cause = guide.causes.get(weight=3)
    assert [(r.title, r.risk) for r in cause.resolutions.all()] == [
        ("남은 프로세스 종료: taskkill /F /PID 4321", "destructive")
    ]
    unnamed = guide.causes.get(slug="not-named")
    assert unnamed.provenance == "inferred"
    assert {r.kind for r in unnamed.resolutions.all()} == {"fix", "avoid"}


def test_no_cause_of_a_document_is_confirmed_and_nothing_is_published() -> None:
    take(read(WORKER))
    take(read(SEARCH))

    assert set(Cause.objects.values_list("standing", flat=True)) == {"suspected"}
    assert set(Guide.objects.values_list("state", flat=True)) == {"draft"}


def test_whoever_may_not_publish_brings_it_in_for_review() -> None:
    rights = dataclasses.replace(EVERY, may_publish=False)

    assert take(read(WORKER), rights=rights).guide.state == "in_review"


def test_what_is_not_accepted_is_not_created_and_stays_in_the_text() -> None:
    imported = take(read(WORKER), accept=frozenset({"symptom-8"}))

    assert [s.phrases for s in imported.guide.symptoms.all()] == [["503 Service Unavailable"]]
    assert not imported.guide.checks.exists()
    assert not imported.guide.causes.exists()
    assert imported.guide.body == WORKER
    assert "check-17" in {one.id for one in imported.left_out}


def test_checks_that_look_at_the_same_are_one() -> None:
    imported = take(read(WORKER))

    assert set(imported.merged) == {"check-52", "check-53"}
    assert imported.guide.checks.count() == 4


def test_a_persons_words_and_choices_are_taken() -> None:
    guide = take(
        read(WORKER),
        accept=frozenset({"check-17"}),
        titles={"check-17": "Who holds 9100?"},
        probes={"check-17": "ask"},
        title="Worker down",
    ).guide

    check = guide.checks.get()
    assert (guide.title, check.name, check.probe.kind) == (
        "Worker down",
        "Who holds 9100?",
        "manual",
    )
    assert check.parameters == {"question": "`netstat -ano | findstr :9100` Who holds 9100?"}


def test_a_question_needs_no_approval_but_what_looks_at_a_host_does() -> None:
    take(read(WORKER))

    approved = {probe.slug: probe.is_approved for probe in Probe.objects.all()}
    assert approved["ask"]
    assert not approved["docker-container"]
    assert not approved["docker-log"]


def test_a_definition_that_is_here_stays_approved_when_another_one_comes_in() -> None:
    params = {"name": "${container}", "expect_state": "running", "max_restarts": 3}
    here = make_probe("docker-container", kind="docker_container", params=params)

    take(read(WORKER))

    kept = Probe.objects.get(slug="docker-container")
    assert kept.definition == here.definition
    assert kept.is_approved
    assert Probe.objects.filter(slug="docker-log").exists()


def test_the_same_document_again_stores_nothing() -> None:
    first, again = take(read(WORKER)), take(read(WORKER))
    report, twice = take(read(SEARCH)), take(read(SEARCH))

    assert (again.is_known, again.guide) == (True, first.guide)
    assert (twice.is_known, twice.incident) == (True, report.incident)
    assert first.guide.revisions.count() == 1


def test_the_same_document_is_known_whatever_was_decided_of_its_secrets() -> None:
    take(read(SEARCH), keep=frozenset({"secret-73", "secret-74"}))

    assert take(read(SEARCH)).is_known


def test_secrets_are_replaced_unless_they_are_kept() -> None:
    report = take(read(SEARCH), keep=frozenset({"secret-74"})).incident.report

    assert "open-sesame" not in report
    assert "hunter2-again" in report
    assert report.replace("[masked:url-password]", "open-sesame") == SEARCH


def test_a_report_is_a_closed_incident_of_its_day() -> None:
    incident = take(read(SEARCH)).incident

    day = datetime.date(2026, 3, 2)
    assert (incident.title, incident.status, incident.resolution_kind) == (
        "Search outage: incident report",
        "closed",
        "workaround",
    )
    times = (incident.started_at, incident.resolved_at, incident.closed_at)
    assert {time.date() for time in times} == {day}
    assert incident.environment == "Debian 12, Elasticsearch 8"
    assert [(c.was, c.became) for c in incident.status_changes.all()] == [("open", "closed")]


def test_what_was_tried_is_stored_in_order() -> None:
    attempts = take(read(SEARCH)).incident.investigation.attempts.all()

    assert [(one.what, one.outcome) for one in attempts] == [
        ("Restart the node", "failed"),
        ("Raise the heap to 4 GB", "failed"),
        ("Serve results from the database", "worked"),
    ]


def test_a_workaround_leaves_a_presumed_cause_open_and_none_is_confirmed() -> None:
    imported = take(read(SEARCH))
    investigation = imported.incident.investigation

    assert imported.incident.known_error == imported.guide.causes.first()
    assert imported.incident.known_error.standing == "suspected"
    assert (investigation.concluded_cause, investigation.confirmation) == (None, "")
    assert investigation.concluded_at is not None
    assert list(imported.incident.guides.all()) == [imported.guide]


def test_results_lessons_and_work_left_are_kept_with_their_lines() -> None:
    incident = take(read(SEARCH)).incident

    notes = "\n".join(note.text for note in incident.notes.all())
    assert "Time to the first result: 30 s and an error → 2 s (line 42)" in notes
    assert "Watch the heap before it is full (line 56)" in notes
    assert "./capacity-plan.md (line 76)" in notes
    assert [(i.what, i.horizon, i.due) for i in ActionItem.objects.all()] == [
        ("Alert on heap use, due 2026-03-20", "short", datetime.date(2026, 3, 20)),
        ("Remove the old shards", "short", None),
        ("Split the index by shop", "long", None),
    ]


def test_a_report_is_no_search_that_found_nothing() -> None:
    take(read(SEARCH))

    assert Investigation.objects.count() == 1
    assert not SearchGap.objects.exists()


def test_a_report_of_which_only_attempts_are_accepted_makes_no_guide() -> None:
    imported = take(read(SEARCH), accept=frozenset({"attempt-27"}))

    assert imported.guide is None
    assert (imported.incident.status, imported.incident.resolution_kind) == ("open", "")
    assert not Guide.objects.exists()


def test_everything_in_the_way_is_said_at_once_and_nothing_is_stored() -> None:
    make_guide("taken")

    said = refusal(
        read(SEARCH),
        accept=frozenset({"fact-5", "check-50", "attempt-27", "check-99"}),
        slug="taken",
        date=None,
        probes={"check-50": "nope"},
        titles={"attempt-27": " "},
        outcomes={"attempt-27": "great"},
        keep=frozenset({"secret-1"}),
        language="fr",
        rights=Rights(may_import=False, may_open=False, may_publish=False),
    )

    assert sorted(line for line, _message in said) == [0, 0, 0, 0, 0, 0, 0, 5, 27, 27, 50]


def test_a_workaround_without_an_open_cause_is_refused_at_its_line() -> None:
    document = read(SEARCH)
    no_cause = frozenset(o.id for o in document.proposals if o.sort != "cause")

    assert [line for line, _message in refusal(document, accept=no_cause)] == [5]


def test_what_the_guides_own_rules_refuse_is_said_at_its_line() -> None:
    text = "# Guide\n\n```bash\ncurl http://\n```\n\n```bash\ncurl http://localhost:99999/\n```\n"

    assert [line for line, _message in refusal(read(text))] == [8]


def test_a_shells_variable_becomes_a_parameter_that_has_to_be_given() -> None:
    text = "# Guide\n\n```bash\ncurl http://${API_HOST}:8000/\nping ${API_HOST}\n```\n"

    guide = take(read(text)).guide

    assert guide.parameters == {"API_HOST": {"type": "text", "required": True}}
    assert [c.parameters for c in guide.checks.all()] == [
        {"url": "http://${API_HOST}:8000/"},
        {"question": "`ping $API_HOST` Guide"},
    ]
    assert read_guide(dump(draft_of(guide))).slug == guide.slug


def test_a_text_that_looks_like_html_is_stored_as_it_is() -> None:
    text = "# <b>Down</b>\n\n<script>alert(1)</script>\n"

    assert take(read(text)).guide.body == text
