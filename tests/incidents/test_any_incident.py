"""Any incident that a file can hold is stored and exported without a difference."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.ingest import IncidentDraft, dump, parse
from incidents.models import Incident
from incidents.services.file_imports import apply_incident_import, plan_incident_import
from incidents.services.files import file_of
from tests.incidents.ingest.test_round_trip import incidents


def without_names(draft: IncidentDraft) -> IncidentDraft:
    """Names of what no base has are another test's."""
    end = draft.conclusion
    return dataclasses.replace(
        draft,
        guides=frozenset(),
        services=frozenset(),
        reporter="",
        assignee="",
        known_error="",
        from_guide="",
        status_changes=tuple(dataclasses.replace(one, by="") for one in draft.status_changes),
        attempts=tuple(
            dataclasses.replace(one, by="", resolution="", addresses=frozenset())
            for one in draft.attempts
        ),
        notes=tuple(dataclasses.replace(one, author="") for one in draft.notes),
        action_items=tuple(
            dataclasses.replace(one, owner="", done_by="") for one in draft.action_items
        ),
        conclusion=end
        and dataclasses.replace(end, cause="", resolution="", confirmation="", by=""),
    )


def store(file: str) -> Incident | None:
    plan = plan_incident_import([("a.md", file)])
    assert plan.complaints == ()
    return next(iter(apply_incident_import(plan)), None)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(incidents.map(without_names), st.booleans())
def test_what_came_in_goes_out_and_comes_in_again_without_a_change(
    draft: IncidentDraft, is_new: bool
) -> None:
    stored = store(dump(draft)) or Incident.objects.get(public_id=draft.incident)
    exported = file_of(stored)

    assert parse(exported).body == draft.body or "[masked:" in exported
    assert store(exported) is None
    if is_new:
        stored.delete()
        again = store(exported)
        assert again is not None
        assert file_of(again) == exported
