"""What the admin shows before any of its scripts has run: moments, and the menu beside each page."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from probes.models import Maintenance
from tests.probes.test_admin import staff

pytestmark = pytest.mark.django_db

WINDOW = {
    "reason": "new cables",
    "starts_at_0": "2026-11-02",
    "starts_at_1": "10:00",
    "ends_at_0": "2026-11-02",
    "ends_at_1": "11:30:15",
}


@pytest.fixture
def operator() -> Client:
    names = ("view_maintenance", "add_maintenance", "change_maintenance")
    return staff("operator", *names, "view_location", "view_schedule")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_moments_are_the_browser_s_own_inputs_in_a_stated_time_zone(
    operator: Client, language: str, settings
) -> None:
    settings.TIME_ZONE = "Asia/Seoul"
    timezone.get_default_timezone.cache_clear()
    operator.post("/admin/probes/maintenance/add/", WINDOW)
    window = Maintenance.objects.get()
    assert window.ends_at == datetime(2026, 11, 2, 2, 30, 15, tzinfo=UTC)

    operator.cookies["django_language"] = language
    page = operator.get(f"/admin/probes/maintenance/{window.pk}/change/").content.decode()
    timezone.get_default_timezone.cache_clear()

    inputs = {
        field["name"]: field
        for tag in re.findall(r"<input [^>]*>", page)
        if (field := dict(re.findall(r'([\w-]+)="([^"]*)"', tag)))
        .get("name", "")
        .endswith(("_0", "_1"))
    }
    assert inputs["ends_at_0"]["type"] == "date"
    assert inputs["ends_at_0"]["value"] == "2026-11-02"
    assert inputs["ends_at_1"]["type"] == "time"
    assert inputs["ends_at_1"]["value"] == "11:30:15"
    assert all(field["aria-label"] for field in inputs.values())
    assert "Asia/Seoul" in page
    assert "DateTimeShortcuts" not in page


def test_menu_is_open_without_a_script(operator: Client) -> None:
    page = operator.get("/admin/probes/maintenance/").content.decode()

    assert 'aria-controls="nav-sidebar" aria-expanded="true"' in page
    assert 'id="toggle-nav-sidebar"' not in page, "Django's script would move the page"


def test_permissions_have_no_pages_of_their_own(admin_client: Client) -> None:
    assert admin_client.get("/admin/auth/permission/").status_code == 404
    offered = admin_client.get(
        "/admin/autocomplete/",
        {
            "term": "",
            "app_label": "auth",
            "model_name": "group",
            "field_name": "permissions",
        },
    )
    assert offered.json()["results"]


def test_help_of_a_password_is_in_the_reader_s_language(admin_client: Client, admin_user) -> None:
    admin_client.cookies["django_language"] = "en"

    page = admin_client.get(f"/admin/auth/user/{admin_user.pk}/password/").content.decode()

    assert "Whether the user will be able to authenticate" in page
