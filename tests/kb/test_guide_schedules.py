"""A guide's `schedule:` keys: read with their line, and kept in step with what runs by itself."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kb.ingest import BadGuide, GuideDraft, dump, parse
from kb.models import Guide, GuideRevision, Service
from kb.services.guides.guides import draft_of, publish_guide, save_guide
from probes.models import Probe, Schedule
from probes.services import fire_due, load_probes, pause_schedule
from tests.probes.factories import make_due, make_schedule

pytestmark = pytest.mark.django_db

TEXT = """---
slug: shop
language: en
title: The shop cannot be reached
services: [shop]
parameters:
  host: {type: host, default: localhost}
  port: {type: port, default: 8000}
checks:
  port:
    name: The port is open
    probe: tcp
    with: {host: "${host}", port: "${port}"}
    schedule: every 5m
  old-port:
    probe: tcp
    with: {host: "${host}", port: 8001}
    baseline: refused
    schedule: 0 9 * * MON-FRI Asia/Seoul
  by-hand: {probe: tcp, with: {host: "${host}", port: 1}}
---
# The shop cannot be reached
"""

PROBES = """
tcp:
  name: The port accepts a connection
  kind: tcp_connect
  params: {host: "${host}", port: "${port}"}
ask:
  name: Is the light green
  kind: manual
  params: {question: "Is the light green?"}
"""


@pytest.fixture(autouse=True)
def probes() -> None:
    load_probes(PROBES, by=None, approve=True)


def save(text: str = TEXT) -> Guide:
    draft = parse(text)
    assert isinstance(draft, GuideDraft)
    return save_guide(draft, by=None, source=GuideRevision.Source.IMPORT).guide


def complaints(text: str) -> list[tuple[int, str, str]]:
    draft = parse(text)
    assert isinstance(draft, GuideDraft)
    with override("en"), pytest.raises(BadGuide) as refused:
        save_guide(draft, by=None, source=GuideRevision.Source.IMPORT)
    return [(c.line, c.field, c.message) for c in refused.value.complaints]


def test_published_guide_makes_a_schedule_of_each_check_that_says_when() -> None:
    save()

    rows = {row.ref: row for row in Schedule.objects.all()}
    assert sorted(rows) == ["shop/old-port", "shop/port"]
    port, old = rows["shop/port"], rows["shop/old-port"]
    assert (port.name, str(port.timetable)) == ("The port is open", "every 5m")
    assert port.values == {"host": "localhost", "port": 8000}
    assert (old.baseline, str(old.timetable)) == ("refused", "0 9 * * MON-FRI Asia/Seoul")
    assert port.is_kept_by_guide


def test_schedule_that_a_guide_made_runs_with_the_checks_own_name() -> None:
    save()
    make_due(Schedule.objects.get(ref="shop/port"))

    (batch,) = fire_due()

    item = batch.items.get()
    assert (item.ref, item.params["port"]) == ("shop/port", 8000)


def test_guide_and_schedule_lead_to_each_other(client: Client) -> None:
    save()
    client.force_login(User.objects.create_superuser("admin"))
    client.cookies["django_language"] = "en"

    guide = client.get("/g/shop/").content.decode()
    schedule = client.get("/probes/schedules/shop-port/").content.decode()

    assert 'href="/probes/schedules/shop-port/"' in guide
    assert "every 5 minutes" in guide
    assert 'href="/g/shop/"' in schedule


def test_saved_and_read_again_the_guide_says_the_same() -> None:
    guide = save()

    assert parse(dump(draft_of(guide))) == draft_of(guide)
    assert "schedule: every 5m" in dump(draft_of(guide))


def test_saving_keeps_the_row_its_pause_and_what_was_seen() -> None:
    save()
    before = Schedule.objects.get(ref="shop/port")
    pause_schedule(before)
    Schedule.objects.filter(pk=before.pk).update(state="OK", history="OO")

    save(TEXT.replace("every 5m", "every 10m"))

    after = Schedule.objects.get(ref="shop/port")
    assert (after.pk, after.is_paused, after.state, after.history) == (before.pk, True, "OK", "OO")
    assert after.every_s == 600


def test_schedule_that_the_guide_no_longer_names_is_gone() -> None:
    save()

    save(TEXT.replace("    schedule: every 5m\n", ""))

    assert [row.ref for row in Schedule.objects.all()] == ["shop/old-port"]


def test_guide_that_is_not_published_runs_nothing_until_it_is() -> None:
    guide = save(TEXT.replace("services: [shop]", "state: draft\nservices: [shop]"))
    assert not Schedule.objects.exists()

    publish_guide(guide, by=User.objects.create_user("editor"))

    assert Schedule.objects.count() == 2


def test_another_schedule_is_left_alone() -> None:
    make_schedule("mine", probe=Probe.objects.get(slug="tcp"))

    save()
    save(TEXT.replace("    schedule: every 5m\n", ""))

    assert Schedule.objects.filter(slug="mine").exists()


def test_service_binding_is_what_a_schedule_looks_at() -> None:
    Service.objects.create(slug="shop", name="Shop", bindings={"port": 9000})

    save()

    assert Schedule.objects.get(ref="shop/port").values["port"] == 9000


def test_two_checks_whose_names_run_together_get_a_slug_each() -> None:
    text = TEXT.replace("slug: shop", "slug: a-b").replace("  old-port:", "  c:", 1)
    save(text)
    save(text.replace("slug: a-b", "slug: a").replace("  c:", "  b-c:", 1))

    slugs = sorted(Schedule.objects.filter(cron__gt="").values_list("slug", flat=True))
    assert slugs == ["a-b-c", "a-b-c-2"]


def test_wrong_schedules_are_refused_with_their_line() -> None:
    wrong = TEXT.replace("every 5m", "hourly").replace("0 9 * *", "0 99 * *")

    found = complaints(wrong)

    assert [(line, field) for line, field, _message in found] == [
        (14, "checks.port.schedule"),
        (19, "checks.old-port.schedule"),
    ]
    assert "every 5m" in found[0][2]
    assert "Bad hour" in found[1][2]


def test_manual_check_cannot_run_by_itself() -> None:
    wrong = TEXT.replace(
        '{probe: tcp, with: {host: "${host}", port: 1}}', "{probe: ask, schedule: every 5m}"
    )

    assert [(line, field) for line, field, _message in complaints(wrong)] == [
        (20, "checks.by-hand.schedule")
    ]


def test_parameter_without_a_default_cannot_run_by_itself() -> None:
    wrong = TEXT.replace("host: {type: host, default: localhost}", "host: {type: host}")

    first, _second = complaints(wrong)

    assert first[1] == "checks.port.schedule"
    assert "host" in first[2]


def test_service_changed_in_the_admin_changes_what_its_schedules_look_at(client: Client) -> None:
    save()
    service = Service.objects.get(slug="shop")
    client.force_login(User.objects.create_superuser("admin"))
    address = reverse("admin:kb_service_change", args=[service.pk])

    client.post(address, {"name": "Shop", "slug": "shop", "bindings": "port: 9001"})

    assert Schedule.objects.get(ref="shop/port").values["port"] == 9001


def test_binding_that_the_probe_cannot_use_is_said_and_the_schedule_stays(client: Client) -> None:
    save()
    service = Service.objects.get(slug="shop")
    client.force_login(User.objects.create_superuser("admin"))
    address = reverse("admin:kb_service_change", args=[service.pk])

    answer = client.post(
        address, {"name": "Shop", "slug": "shop", "bindings": "port: nine"}, follow=True
    )

    assert "shop: " in "".join(str(message) for message in answer.context["messages"])
    assert Schedule.objects.get(ref="shop/port").values["port"] == 8000
