"""A postmortem says what the record says: honest about the cause, and about nobody."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from incidents import services
from incidents.models import ActionItem, Incident, StatusChange
from incidents.services.file_imports import apply_incident_import, plan_incident_import
from incidents.services.markdown import inline, section_about
from incidents.services.postmortem import postmortem
from incidents.services.starter import load_starter_incidents
from kb.models import Cause, Investigation
from kb.rendering import render
from tests.factories import make_cause, make_guide, make_resolution, make_user
from tests.incidents.test_files import FILE
from tests.pages.people import RESPONDER, person


@pytest.fixture
def incident(db: None) -> Incident:
    guide = make_guide()
    make_cause(guide)
    make_resolution(make_cause(guide, "port-held"), "free")
    make_user("jisu")
    make_user("minho")
    (loaded,) = apply_incident_import(plan_incident_import([("a.md", FILE)]))
    return loaded


def written(incident: Incident, language: str = "en") -> str:
    with translation.override(language):
        return postmortem(Incident.objects.get(pk=incident.pk))


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0].strip()


def test_a_presumed_cause_is_said_to_be_presumed(incident: Incident) -> None:
    said = section(written(incident), "Cause")

    assert said.startswith("Presumed, not confirmed: port held.")
    assert "Confirmed" not in said
    assert "stays open as a known error of the guide “Server cannot be reached”" in said


@pytest.mark.parametrize(
    ("confirmation", "words"),
    [
        ("runs", "Confirmed by checks: port held."),
        ("person", "Confirmed by a person: port held."),
        ("", "Named as the cause, with nothing recorded that confirms it: port held."),
    ],
)
def test_what_confirmed_the_cause_is_said(
    incident: Incident, confirmation: str, words: str
) -> None:
    Investigation.objects.update(confirmation=confirmation)

    assert section(written(incident), "Cause").startswith(words)


def test_a_cause_nobody_knows_is_said_to_be_unknown(incident: Incident) -> None:
    Investigation.objects.update(concluded_cause=None)

    assert section(written(incident), "Cause").startswith("The cause is not known.")


def test_a_known_error_that_was_fixed_is_not_called_open(incident: Incident) -> None:
    Cause.objects.update(standing="fixed")

    assert "has been fixed since: port held" in written(incident)


def test_what_was_taken_away_in_vain_is_told(incident: Incident) -> None:
    said = section(written(incident), "Cause")

    assert said.endswith("None of these explains it alone:\n\n- not running")


def test_times_and_how_long_they_took(incident: Incident) -> None:
    assert section(written(incident), "How long it took").splitlines()[2:] == [
        "| Started | 2026-03-02 09:00 |  |",
        "| Recorded here | 2026-03-02 09:05 | 5 min |",
        "| Acknowledged | 2026-03-02 09:10 | 10 min, time to acknowledge (MTTA) |",
        "| Mitigated | not recorded |  |",
        "| Resolved | 2026-03-02 10:00 | 1 h, time to resolve (MTTR) |",
    ]


def test_a_record_of_one_day_claims_no_duration(starter: None) -> None:
    (incident,) = load_starter_incidents()
    text = written(incident)

    assert section(text, "How long it took") == (
        "Only the day is recorded: 2025-06-17. How long it took is not told."
    )
    assert "00:00" not in text


def test_an_open_incident_says_that_it_is_not_over(db: None) -> None:
    incident = services.open_incident("Down", by=None)
    text = written(incident)

    assert "It is not over yet" in text
    assert "| Resolved | not recorded |  |" in text


def test_the_timeline_stands_in_order_and_attempts_with_their_outcome(incident: Incident) -> None:
    assert section(written(incident), "Timeline").splitlines() == [
        "- 2026-03-02 09:00: it started",
        "- 2026-03-02 09:00: the error was looked up",
        "- 2026-03-02 09:10: Open → Investigating",
        "- 2026-03-02 09:15: written down later",
        "- 2026-03-02 09:20: tried: restarted it (Did not help)",
        "- 2026-03-02 09:50: tried: ended the holder (Worked)",
        "- 2026-03-02 11:00: the investigation was concluded",
        "- 2026-03-02 11:00: Investigating → Closed",
    ]


def test_a_merge_is_told_from_both_sides(db: None) -> None:
    whole = services.open_incident("API down", by=None)
    duplicate = services.open_incident("API again", by=None)
    services.merge(duplicate, into=whole, by=None)

    assert "turned out to be the same: “API again”" in written(whole)
    assert "merged into “API down”" in written(duplicate)
    assert "→ Closed" not in written(whole) + written(duplicate)


def test_nobody_is_named_but_who_owns_what_remains(incident: Incident) -> None:
    text = written(incident)

    assert "minho" not in text
    assert "| 1 | pin the port | Short term | jisu | 2026-04-01 | 2026-03-20 |" in text


def test_lessons_come_from_the_report(starter: None) -> None:
    (incident,) = load_starter_incidents()

    lessons = section(written(incident, "ko"), "교훈")
    assert lessons.startswith("### 마이크로서비스의 복잡함\n")
    assert "{#" not in lessons
    assert "앞으로 할 일" not in lessons


def test_what_people_wrote_stays_words(incident: Incident) -> None:
    hostile = "# x <script>alert(1)</script> | [a](javascript:b) `c` *d* _e_ {#f}"
    Incident.objects.update(title=hostile, environment="1. x")
    ActionItem.objects.update(what=hostile)
    incident.investigation.attempts.update(what=hostile, note="```\n# out\n````\n<b>x</b>")
    incident.notes.update(text=hostile)

    html = str(render(written(incident)).html)

    assert "<script" not in html
    assert 'javascript:b"' not in html
    assert "<b>x</b>" not in html
    assert "<em>d</em>" not in html
    assert html.count("<h1") == 1
    assert ">out<" not in html
    assert (
        html.count("# x &lt;script&gt;alert(1)&lt;/script&gt; | [a](javascript:b) `c` *d* _e_ {#f}")
        >= 4
    )


def test_a_word_keeps_its_underscores() -> None:
    assert inline("ERR_CONNECTION_REFUSED on my_file.py") == "ERR_CONNECTION_REFUSED on my_file.py"


def test_a_heading_in_a_code_block_is_none() -> None:
    report = "# Report\n```sh\n# lessons\nls\n```\n## Lessons learned {#l}\nOne.\n### Deep\nTwo.\n## Next"

    assert section_about(report, ("lesson",), level=2) == "One.\n### Deep\nTwo."


def test_it_is_whole_in_korean(incident: Incident) -> None:
    text = written(incident, "ko")

    assert "추정일 뿐 확인되지 않음: port held." in text
    assert "## 원인" in text
    for english in ("Summary", "Timeline", "tried", "Lessons", "Owner", "Started", "How long"):
        assert english not in text


def test_more_of_everything_asks_no_more_queries(incident: Incident) -> None:
    few = queries_of(incident)
    at = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.UTC)
    for number in range(5):
        services.add_note(incident, text=f"note {number}", by=User.objects.first(), at=at)
        attempt = incident.investigation.attempts.create(what=f"try {number}", outcome="failed")
        attempt.addresses.set(Cause.objects.all())
        ActionItem.objects.create(incident=incident, what="x", owner=User.objects.first())
        StatusChange.objects.create(incident=incident, was="open", became="identified", at=at)

    assert queries_of(incident) == few


def queries_of(incident: Incident) -> int:
    fresh = Incident.objects.get(pk=incident.pk)
    with CaptureQueriesContext(connection) as queries:
        postmortem(fresh)
    return len(queries)


def test_the_page_shows_it_and_hands_it_out(client: Client, incident: Incident) -> None:
    person(client, *RESPONDER)
    address = incident.get_absolute_url()

    page = client.get(f"{address}postmortem/").content.decode()
    file = client.get(f"{address}postmortem.md")

    assert "Presumed, not confirmed: port held." in page
    assert f'href="{address}postmortem/"' in client.get(address).content.decode()
    assert file["Content-Type"] == "text/markdown; charset=utf-8"
    assert file["Content-Disposition"].endswith(f'postmortem-{incident.public_id}-en.md"')
    assert file.content.decode() == written(incident)


def test_the_page_is_for_who_may_see_incidents(client: Client, incident: Incident) -> None:
    person(client)

    for file in ("postmortem/", "postmortem.md"):
        assert client.get(f"{incident.get_absolute_url()}{file}").status_code == 403
