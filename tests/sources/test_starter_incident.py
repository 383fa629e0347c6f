"""The incident that comes with the product: whole, honest about its cause, loaded once."""

import pytest

from incidents.ingest import IncidentDraft, dump, parse
from incidents.models import Incident
from incidents.services.file_imports import plan_incident_import
from incidents.services.files import file_of
from incidents.services.starter import STARTER, load_starter_incidents
from kb.models import Cause
from kb.services.diagnosing.find import find_fixes
from kb.services.diagnosing.ranking import diagnose

FILE = STARTER / "ai-api-2025-06-17.ko.md"


def draft() -> IncidentDraft:
    return parse(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def incident(starter: None) -> Incident:
    (loaded,) = load_starter_incidents()
    return loaded


def test_the_file_is_as_an_export_would_write_it() -> None:
    assert dump(draft()) == FILE.read_text(encoding="utf-8")


def test_seven_attempts_stand_in_order_and_only_the_workaround_worked() -> None:
    outcomes = [attempt.outcome for attempt in draft().attempts]

    assert outcomes == ["failed", "failed", "failed", "failed", "failed", "worked", "partly"]


def test_the_minimal_server_takes_away_what_it_never_imported() -> None:
    assert draft().attempts[4].addresses == {
        "ai-api/dependency-conflict",
        "ai-api/database",
        "ai-api/openai",
    }


def test_ten_action_items_have_their_horizon() -> None:
    horizons = [item.horizon for item in draft().action_items]

    assert horizons == ["short"] * 3 + ["mid"] * 2 + ["long"] * 2 + ["process"] * 3


def test_it_comes_in_as_the_file_says_without_a_warning(starter: None) -> None:
    plan = plan_incident_import([(FILE.name, FILE.read_bytes())])
    load_starter_incidents()

    assert (plan.complaints, plan.warnings) == ((), ())
    assert file_of(Incident.objects.get()) == FILE.read_text(encoding="utf-8")


def test_it_is_loaded_once_and_never_over_what_somebody_wrote(incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(title="ours now")

    assert load_starter_incidents() == []
    assert Incident.objects.get().title == "ours now"


def test_it_is_left_out_where_its_guide_was_changed(
    starter: None, caplog: pytest.LogCaptureFixture
) -> None:
    Cause.objects.get(guide__slug="ai-api", slug="environment").delete()

    assert load_starter_incidents() == []
    assert "there is no cause ai-api/environment" in caplog.text


def test_its_cause_is_presumed_and_stays_open(incident: Incident) -> None:
    case = incident.investigation

    assert case.confirmation == case.Confirmation.PRESUMED
    assert incident.known_error == case.concluded_cause
    assert incident.known_error.standing == Cause.Standing.SUSPECTED
    assert incident.resolution_kind == Incident.ResolutionKind.WORKAROUND
    assert {guide.slug for guide in incident.guides.all()} == {"ai-api", "connection"}


def test_the_same_error_finds_it(incident: Incident) -> None:
    asked = find_fixes(":8001/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED")

    assert [one.case for one in diagnose(asked).similar] == [incident.investigation]
