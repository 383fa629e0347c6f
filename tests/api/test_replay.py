"""Another version of a guide over HTTP: what past cases would conclude by it, nothing stored."""

import pytest

from kb import ingest
from kb.models import Guide, Investigation
from kb.services.guides.files import file_of
from tests.api.conftest import key_client
from tests.kb.other_rules import flipped, solved
from tests.kb.unreachable import make_unreachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


@pytest.fixture
def case(guide: Guide) -> Investigation:
    return solved(guide, "port-held", "free", listener="held_by_other")


def send(text: str, *permissions: str, slug: str = "connection"):
    client = key_client(*permissions)
    address = f"/api/v1/guides/{slug}/replay"
    english = {"accept-language": "en"}
    return client.post(address, text.encode(), content_type="text/markdown", headers=english)


def test_a_flipped_rule_is_answered_with_the_case_that_would_end_otherwise(
    guide: Guide, case: Investigation
):
    before = file_of(guide)

    answer = send(ingest.dump(flipped(guide)), "kb.change_guide")

    assert answer.status_code == 200
    found = answer.json()
    (changed,) = found["concluded"]
    assert (changed["investigation"], changed["verdict"]) == (case.public_id, "worse")
    assert changed["confirmed"] == changed["before"]["cause"] == "connection/port-held"
    assert changed["before"]["confirmed"]["state"] == "supported"
    assert (changed["after"]["cause"], changed["after"]["title"]) == (None, None)
    assert changed["rules"][0] == {
        "cause": "connection/port-held",
        "checks": ["connection/listener"],
        "reason_codes": ["held_by_other"],
        "before": "strongly-for",
        "after": "rules-out",
    }
    assert found["looked_at"] == {"concluded": 1, "open": 0}
    assert found["verdicts"] == {"better": 0, "worse": 1, "other": 0}
    assert (file_of(guide), guide.revisions.count()) == (before, 0)


def test_the_guide_as_it_is_changes_nothing(guide: Guide, case: Investigation):
    found = send(file_of(guide), "kb.change_guide").json()

    assert (found["concluded"], found["open"]) == ([], [])


def test_a_wrong_file_is_refused_with_the_line(guide: Guide):
    answer = send(file_of(guide).replace("probe: connection-tcp", "probe: nope"), "kb.change_guide")

    assert answer.status_code == 422
    assert "nope" in answer.json()["errors"][0]["detail"]
    assert answer.json()["errors"][0]["code"] == "bad_guide"


def test_another_guides_file_and_an_empty_body_are_refused(guide: Guide):
    make_unreachable("other")

    other = send(file_of(guide), "kb.change_guide", slug="other")

    assert (other.status_code, send("", "kb.change_guide").status_code) == (422, 422)
    assert "not the guide other" in other.json()["errors"][0]["detail"]


def test_only_who_may_change_guides_may_try_rules(guide: Guide):
    assert send(file_of(guide), "kb.view_guide", "kb.import_guide").status_code == 403
    assert send(file_of(guide), "kb.change_guide", slug="nothing").status_code == 404
