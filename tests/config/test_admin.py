"""API keys in the admin."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from config.models import ApiKey


@pytest.fixture
def administrator(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def make(client: Client) -> str:
    scope = Permission.objects.get(codename="match_text")
    form = {"name": "deploys", "user": User.objects.get().pk, "scopes": [scope.pk]}
    return client.post("/admin/config/apikey/add/", form).content.decode()


def test_secret_is_shown_once_and_opens_the_api(administrator: Client) -> None:
    page = make(administrator)
    secret = re.search(r"kb_[\w-]{40}", page)
    assert secret
    key = ApiKey.objects.get()

    again = administrator.get(f"/admin/config/apikey/{key.pk}/change/").content.decode()

    assert key.digest == ApiKey.digest_of(secret[0])
    assert secret[0] not in again
    assert secret[0] not in str(administrator.cookies)


def test_revoked_key_opens_nothing(administrator: Client, client: Client) -> None:
    secret = re.search(r"kb_[\w-]{40}", make(administrator))
    assert secret
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    before = Client().post("/api/v1/match", "refused", "text/plain", headers=bearer)

    action = {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]}
    administrator.post("/admin/config/apikey/", action)

    after = Client().post("/api/v1/match", "refused", "text/plain", headers=bearer)
    assert (before.status_code, after.status_code) == (200, 401)


def test_scopes_offered_are_those_of_the_base(administrator: Client) -> None:
    field = {"app_label": "config", "model_name": "apikey", "field_name": "scopes"}

    found = administrator.get("/admin/autocomplete/", {**field, "term": "fixes"}).json()
    foreign = administrator.get("/admin/autocomplete/", {**field, "term": "session"}).json()

    assert [one["text"] for one in found["results"]] == ["guide: Can look up fixes for a text"]
    assert foreign["results"] == []
