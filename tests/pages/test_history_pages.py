"""A guide's history: comparing two revisions, one as it was, and bringing it back."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Guide, GuideRevision
from kb.services.guides.guides import draft_of, save_guide
from tests.factories import (
    make_cause,
    make_check,
    make_evidence,
    make_guide,
    make_probe,
    make_translation,
)
from tests.pages.people import person

pytestmark = pytest.mark.django_db

READER = ("kb.view_guide", "kb.view_guiderevision")
AUTHOR = (*READER, "kb.change_guide")


def make_saved_guide(body: str = "Look at the port.", *bodies: str) -> Guide:
    """A guide whose revisions hold these bodies, one after the other."""
    guide = make_guide("connection", body=body)
    cause = make_cause(guide, "not-running", title="Nothing runs")
    make_check(guide, "listener", make_probe("who-listens", kind="port_listen", params={"port": 1}))
    make_evidence(cause, "for", listener="not_listening")
    save(guide, note="first", title="Server is away")
    for text in bodies:
        save(guide, body=text)
    return guide


def save(guide: Guide, *, note: str = "", **fields: object) -> None:
    save_guide(replace(draft_of(guide), **fields), by=None, source="api", note=note)


def test_newest_two_revisions_are_compared_by_the_word(client: Client) -> None:
    person(client, *READER)
    make_saved_guide("Look at the port.", "Look at the open port.", "Look at every open port.")

    page = client.get("/g/connection/history/").content.decode()

    assert "From revision 2 to 3" in page
    assert "Look at <del>the</del><ins>every</ins> open port." in page


def test_any_two_revisions_are_compared_whichever_is_named_first(client: Client) -> None:
    person(client, *READER)
    make_saved_guide("Look at the port.", "Look at the open port.", "Look at every open port.")

    for query in ("from=1&to=2", "from=2&to=1"):
        page = client.get(f"/g/connection/history/?{query}").content.decode()
        assert "From revision 1 to 2" in page
        assert "Look at the <ins>open </ins>port." in page


def test_choice_that_is_none_compares_the_newest_two(client: Client) -> None:
    person(client, *READER)
    make_saved_guide("one", "two")

    for query in (
        "from=1",
        "from=1&to=1",
        "from=x&to=2",
        "from=7&to=8",
        "from=" + "9" * 30 + "&to=1",
    ):
        assert (
            "From revision 1 to 2" in client.get(f"/g/connection/history/?{query}").content.decode()
        )


def test_evidence_is_compared_in_words_and_a_new_name_is_one_change(client: Client) -> None:
    person(client, *READER)
    guide = make_saved_guide()
    draft = draft_of(guide)
    [evidence] = draft.causes[0].evidence
    cause = replace(draft.causes[0], evidence=(replace(evidence, says="strongly-for"),))
    check = replace(draft.checks[0], name="Who listens?")
    save_guide(replace(draft, causes=(cause,), checks=(check,)), by=None, source="api")

    page = client.get("/g/connection/history/").content.decode()

    assert "“Who listens?”: Nothing listens on the port → speaks <ins>strongly </ins>for" in page
    assert page.count("Who listens?") == 3  # its own entry, its name, and the evidence


def test_what_came_and_went_is_named(client: Client) -> None:
    person(client, *READER)
    guide = make_saved_guide()
    draft = draft_of(guide)
    other = replace(draft.causes[0], slug="other", title="A firewall is in the way", evidence=())
    save_guide(replace(draft, causes=(other,)), by=None, source="api")

    page = client.get("/g/connection/history/").content.decode()

    assert page.index("A firewall is in the way") < page.index("Nothing runs")
    assert "+ new" in page
    assert "− removed" in page


def test_one_revision_has_nothing_to_compare_with(client: Client) -> None:
    person(client, *READER)
    make_saved_guide()

    page = client.get("/g/connection/history/").content.decode()

    assert "There is one revision so far" in page
    assert "Compare the two" not in page


def test_guide_that_was_never_saved_says_so(client: Client) -> None:
    person(client, *READER)
    make_guide("connection")

    assert "No revision is recorded yet" in client.get("/g/connection/history/").content.decode()


def test_revision_is_shown_as_it_was(client: Client) -> None:
    person(client, *READER)
    make_saved_guide("## The **old** way", "## The new way")

    page = client.get("/g/connection/history/1/").content.decode()

    assert "Revision 1 of 2" in page
    assert "The <strong>old</strong> way" in page
    assert "not what is used now" in page
    assert "Restore" not in page
    assert client.get("/g/connection/history/9/").status_code == 404


def test_what_was_written_in_a_revision_is_escaped(client: Client) -> None:
    person(client, *READER)
    make_saved_guide("one", "<script>alert(1)</script>")

    for place in ("", "2/"):
        page = client.get(f"/g/connection/history/{place}").content.decode()
        assert "<script>alert" not in page


def test_history_is_for_who_may_read_revisions_of_guides_they_may_read(client: Client) -> None:
    person(client, "kb.view_guide")
    make_saved_guide("one", "two")
    assert client.get("/g/connection/history/").status_code == 403

    client.logout()
    User.objects.all().delete()
    person(client, *READER)
    assert client.get("/g/connection/history/1/restore/").status_code == 403
    Guide.objects.update(state=Guide.State.DRAFT)
    assert client.get("/g/connection/history/").status_code == 404
    assert client.get("/g/connection/history/1/").status_code == 404


def test_restoring_shows_what_changes_and_then_saves_a_new_revision(client: Client) -> None:
    user = person(client, *AUTHOR)
    guide = make_saved_guide("Look at the port.", "Look at nothing.")

    preview = client.get("/g/connection/history/1/restore/").content.decode()
    answer = client.post("/g/connection/history/1/restore/", {"seen": "2"}, follow=True)

    assert "Look at <del>nothing</del><ins>the port</ins>." in preview
    guide.refresh_from_db()
    newest = guide.revisions.first()
    assert guide.body == "Look at the port."
    assert (newest.number, newest.note, newest.author) == (3, "Restored revision 1", user)
    assert "Revision 1 is restored" in answer.content.decode()


def test_restored_guide_keeps_its_address_state_and_next_review(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old", "new")
    Guide.objects.update(slug="moved", state=Guide.State.IN_REVIEW, review_after="2030-01-01")

    client.post("/g/moved/history/1/restore/", {"seen": "2"})

    guide = Guide.objects.get()
    assert (guide.slug, guide.body, guide.state) == ("moved", "old", Guide.State.IN_REVIEW)
    assert str(guide.review_after) == "2030-01-01"


def test_restoring_changes_nothing_when_somebody_saved_meanwhile(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old", "new", "newest")

    answer = client.post("/g/connection/history/1/restore/", {"seen": "2"})

    guide.refresh_from_db()
    assert answer.status_code == 409
    assert "Meanwhile revision 3 was saved" in answer.content.decode()
    assert 'name="seen" value="3"' in answer.content.decode()
    assert (guide.body, guide.revision_number) == ("newest", 3)


def test_revision_that_would_be_refused_today_says_why_and_changes_nothing(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old")
    save(guide, body="new", checks=(), causes=())
    guide.checks.all().delete()
    make_probe("who-listens-2")
    GuideRevision.objects.filter(number=1).update(
        file=guide.revisions.get(number=1).file.replace("who-listens", "gone-probe")
    )

    preview = client.get("/g/connection/history/1/restore/")
    answer = client.post("/g/connection/history/1/restore/", {"seen": "2"})

    assert "there is no probe gone-probe" in preview.content.decode()
    assert answer.status_code == 422
    assert "there is no probe gone-probe" in answer.content.decode()
    guide.refresh_from_db()
    assert (guide.body, guide.revision_number) == ("new", 2)


def test_file_that_is_not_read_any_more_is_shown_and_compared_as_text(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old", "new")
    GuideRevision.objects.filter(number=1).update(file="---\nslug: connection\nodd: 1\n---\nold\n")

    assert "their files are compared" in client.get("/g/connection/history/").content.decode()
    assert "odd: 1" in client.get("/g/connection/history/1/").content.decode()
    assert client.post("/g/connection/history/1/restore/", {"seen": "2"}).status_code == 422
    guide.refresh_from_db()
    assert guide.body == "new"


def test_translation_of_the_restored_revision_knows_the_guide_again(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old", "new")
    make_translation(guide, of_revision=1)

    client.post("/g/connection/history/1/restore/", {"seen": "2"})

    assert guide.translations.get().of_revision == 3


def test_restoring_what_stands_already_saves_nothing(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("old", "new", "old")

    page = client.get("/g/connection/history/1/restore/").content.decode()
    client.post("/g/connection/history/1/restore/", {"seen": "3"})

    assert "Nothing would change" in page
    assert guide.revision_number == 3


def test_queries_do_not_grow_with_revisions(client: Client) -> None:
    person(client, *AUTHOR)
    guide = make_saved_guide("body 0", "body 1")
    client.get("/g/connection/history/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/g/connection/history/")
    for number in range(2, 12):
        save(guide, body=f"body {number}")

    with CaptureQueriesContext(connection) as many:
        client.get("/g/connection/history/")

    assert len(many) <= len(few)
