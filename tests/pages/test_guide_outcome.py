"""What came of a guide's repair, said beside the guide, and taken back."""

import pytest
from django.test import Client

from kb.models import Attempt, Investigation, Resolution
from kb.services.diagnosing.find import start_from_guide
from tests.factories import make_guide, make_resolution
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db


def say(client: Client, outcome: str, repair: Resolution | None = None, **more: str):
    asked = {"resolution": str(repair.pk) if repair else "other", "outcome": outcome, **more}
    return client.post("/g/connection/outcome/", asked)


def start() -> Resolution:
    make_unreachable()
    return Resolution.objects.get(slug="start")


def test_fix_said_without_a_case_begins_one_and_closes_it(client: Client) -> None:
    user = person(client, *RESPONDER)
    repair = start()

    answer = say(client, "worked", repair)

    case = Investigation.objects.get()
    assert (case.concluded_resolution, case.concluded_by) == (repair, user)
    assert answer["Location"] == f"/g/connection/?case={case.public_id}#outcome"
    page = client.get(answer["Location"]).content.decode()
    assert "Fixed, and recorded" in page
    assert "Undo" in page
    assert f"/incidents/new/?guide=connection&amp;from={case.public_id}" in page


def test_workaround_that_helped_is_not_called_a_fix(client: Client) -> None:
    person(client, *RESPONDER)
    around = make_resolution(start().cause, "proxy", kind="workaround")

    page = client.get(say(client, "worked", around)["Location"]).content.decode()

    assert "Worked around, and recorded" in page
    assert "Fixed, and recorded" not in page


def test_failure_is_recorded_in_the_case_and_the_next_repair_is_proposed(client: Client) -> None:
    person(client, *RESPONDER)
    repair = start()
    case = start_from_guide(repair.cause.guide, by=None)

    answer = say(client, "failed", repair, case=case.public_id)

    attempt = Attempt.objects.get()
    assert (attempt.investigation, attempt.resolution, attempt.outcome) == (case, repair, "failed")
    page = client.get(answer["Location"]).content.decode()
    assert "Recorded that it did not help" in page
    assert f'value="{repair.pk}" data-kind="fix" selected' not in page
    assert "This fixed it" in page


def test_outcome_is_undone_without_a_script(client: Client) -> None:
    person(client, *RESPONDER)
    say(client, "worked", start())

    answer = client.post("/g/connection/undo/", follow=True)

    assert "Taken back" in answer.content.decode()
    assert not Attempt.objects.exists()
    assert Investigation.objects.get().concluded_at is None
    assert client.post("/g/connection/undo/").status_code == 404


def test_what_was_different_is_kept_with_it(client: Client) -> None:
    person(client, *RESPONDER)
    say(client, "failed", start())

    client.post("/g/connection/remark/", {"remark": "It was port 9000"})

    assert Attempt.objects.get().note == "It was port 9000"


def test_what_no_guide_has_is_kept_in_words(client: Client) -> None:
    person(client, *RESPONDER)
    make_guide("connection")

    empty = say(client, "worked")
    assert empty.status_code == 400
    assert "Write in a line what fixed it." in empty.content.decode()
    assert not Investigation.objects.exists()
    say(client, "worked", what="Plugged it in")

    assert Investigation.objects.get().what_worked == "Plugged it in"


def test_repair_of_another_guide_is_refused(client: Client) -> None:
    person(client, *RESPONDER)
    make_guide("connection")
    make_unreachable("other")

    answer = say(client, "worked", Resolution.objects.get(slug="start"))

    assert answer.status_code == 404
    assert not Investigation.objects.exists()


@pytest.mark.parametrize("deed", ["outcome", "remark", "undo", "stop", "checks", "answer"])
def test_viewer_changes_nothing_beside_a_guide(client: Client, deed: str) -> None:
    person(client, "kb.view_guide")
    start()

    assert client.post(f"/g/connection/{deed}/", {"outcome": "worked"}).status_code == 403
    assert not Investigation.objects.exists()
    page = client.get("/g/connection/").content.decode()
    assert "Your account may not record outcomes" in page
