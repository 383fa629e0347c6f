"""Attempts in their order, action items until they are done, templates, and who has it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from incidents import services
from incidents.models import ActionItem, Incident, IncidentTemplate
from tests.incidents.conftest import after, began, make_known_error


def test_an_attempt_that_was_earlier_goes_before_the_later_ones(mina: User) -> None:
    cause = make_known_error()
    incident = began(text="pool exhausted")
    services.add_attempt(incident, "third", outcome="failed", by=mina, at=after(hours=3))
    services.add_attempt(incident, "first", outcome="failed", by=mina, at=after(hours=1))
    services.add_attempt(
        incident, "second", outcome="failed", by=mina, at=after(hours=2), addresses=[cause]
    )
    services.add_attempt(incident, "now", outcome="worked", by=mina)

    tried = Incident.objects.get().investigation.attempts.all()

    assert [one.what for one in tried] == ["first", "second", "third", "now"]
    assert list(tried[1].addresses.all()) == [cause]


def test_an_incident_without_an_error_has_attempts_too(mina: User) -> None:
    incident = began()

    services.add_attempt(incident, "Switched it off and on", outcome="worked", by=mina)

    assert Incident.objects.get().investigation.attempts.get().what == "Switched it off and on"


def test_overdue_items_come_with_their_days_the_longest_first(mina: User) -> None:
    today = timezone.localdate()
    incident = began()
    for name, days in (("late", -2), ("later", -12), ("in time", 0)):
        services.add_action_item(incident, name, due=today + timedelta(days=days))
    services.add_action_item(incident, "some day")
    done = services.add_action_item(incident, "done", due=today - timedelta(days=30))
    services.set_done(done, is_done=True, by=mina)

    overdue = services.overdue_items()

    assert [(i.what, services.days_overdue(i)) for i in overdue] == [("later", 12), ("late", 2)]
    assert [i.what for i in services.open_items()] == ["later", "late", "in time", "some day"]
    assert services.days_overdue(done) == 0


def test_done_twice_keeps_the_first_time_and_undone_forgets_it(mina: User) -> None:
    item = services.add_action_item(began(), "Pin the versions")
    services.set_done(item, is_done=True, by=mina)
    first = ActionItem.objects.get().done_at

    services.set_done(item, is_done=True, by=None)
    assert (ActionItem.objects.get().done_at, ActionItem.objects.get().done_by) == (first, mina)

    services.set_done(item, is_done=False, by=mina)
    assert ActionItem.objects.get().done_at is None


def test_who_has_it_is_noted_in_the_timeline(mina: User) -> None:
    incident = began()

    services.edit_incident(incident, by=mina, assignee=mina)
    services.edit_incident(incident, by=mina, assignee=mina, severity="critical")

    assert (incident.assignee, incident.severity) == (mina, "critical")
    assert [note.text for note in incident.notes.all()] == ["Assigned to mina."]


def test_it_cannot_have_started_after_its_first_step(mina: User) -> None:
    incident = began()
    services.change_status(incident, to="investigating", by=mina, at=after(hours=1))

    with pytest.raises(services.BadTime, match="after its first step"):
        services.edit_incident(incident, by=mina, started_at=after(hours=2))


def test_templates_come_with_the_product_and_an_edited_one_stays(db: None) -> None:
    assert services.load_starter_templates() == 6
    edited = IncidentTemplate.objects.get(slug="connection-report", language="ko")
    assert [line for line in edited.report.splitlines() if line.startswith("## ")] == [
        "## 개요", "## 문제", "## 원인", "## 조치", "## 결과", "## 교훈", "## 후속 조치",
    ]  # fmt: skip
    IncidentTemplate.objects.filter(pk=edited.pk).update(report="## Ours")

    assert services.load_starter_templates() == 0

    edited.refresh_from_db()
    assert edited.report == "## Ours"


def test_a_template_is_offered_once_in_the_readers_language(db: None) -> None:
    services.load_starter_templates()
    IncidentTemplate.objects.filter(slug="slow-service", language="ko").delete()

    offered = services.templates_offered("ko")

    assert [(one.slug, one.language) for one in offered] == [
        ("connection-report", "ko"), ("slow-service", "en"), ("blank", "ko"),
    ]  # fmt: skip
