"""What a key may do is both in its scopes and among its user's permissions, everywhere."""

from collections.abc import Sequence

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from config.models import ApiKey
from incidents import services
from incidents.models import Incident
from kb.models import Guide
from tests.api.conftest import key_client
from tests.kb.unreachable import make_unreachable

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
PROMOTED = {"title": "Port closed", "cause": "Nobody listens", "state": "published"}


def key_of_one_who_also_may(scopes: Sequence[str], *others: str) -> APIClient:
    """A client whose key has `scopes`, of a user who may do `others` as well."""
    client = key_client(*scopes)
    for name in others:
        app_label, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=app_label, codename=codename)
        ApiKey.objects.get().user.user_permissions.add(permission)
    return client


def promoting() -> str:
    return f"/api/v1/incidents/{services.open_incident('Orders', by=None).public_id}/promote"


def test_a_key_that_may_not_read_incidents_promotes_none() -> None:
    client = key_of_one_who_also_may(["kb.add_guide"], "incidents.view_incident")

    answer = client.get(promoting())

    assert answer.status_code == 403
    assert "incidents.view_incident" in answer.json()["detail"]


def test_a_key_that_may_not_publish_promotes_to_a_draft_only() -> None:
    scopes = ["kb.add_guide", "incidents.view_incident"]
    client = key_of_one_who_also_may(scopes, "kb.publish_guide")

    answer = client.post(promoting(), PROMOTED, format="json")

    assert answer.status_code == 403
    assert not Guide.objects.exists()


def test_a_key_that_may_not_change_guides_sees_no_draft() -> None:
    make_unreachable()
    Guide.objects.update(state=Guide.State.DRAFT)
    client = key_of_one_who_also_may(["kb.view_guide"], "kb.change_guide")

    assert client.get("/api/v1/guides").json()["results"] == []


def test_a_key_that_may_not_open_incidents_imports_no_report() -> None:
    client = key_of_one_who_also_may(["kb.import_guide"], "incidents.add_incident")

    answer = client.post(
        "/api/v1/import/plain?kind=report&accept=all&date=2026-01-02",
        "# Outage report\n\nERR_CONNECTION_REFUSED\n",
        content_type="text/markdown",
    )

    assert answer.status_code == 422
    assert not Incident.objects.exists()


def test_who_lacks_what_is_said() -> None:
    user_lacks_it = key_client("kb.view_guide")
    ApiKey.objects.get().scopes.add(Permission.objects.get(codename="match_text"))

    said = user_lacks_it.post("/api/v1/match", {"text": "a"}, headers=ENGLISH).json()["detail"]

    assert said == "The user does not have the permission kb.match_text."


def test_who_lacks_what_is_said_of_a_key() -> None:
    client = key_of_one_who_also_may(["kb.view_guide"], "kb.match_text")

    said = client.post("/api/v1/match", {"text": "a"}, headers=ENGLISH).json()["detail"]

    assert said == "The key does not have kb.match_text among its scopes."
