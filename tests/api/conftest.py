"""A client with a key."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from config.models import ApiKey


def key_client(*permissions: str) -> APIClient:
    """A client whose key and user may do exactly `app.codename` for each of `permissions`."""
    user = User.objects.create_user(f"bot{User.objects.count()}")
    secret = ApiKey.new_secret()
    key = ApiKey.objects.create(name="test", user=user, digest=ApiKey.digest_of(secret))
    for name in permissions:
        app_label, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=app_label, codename=codename)
        user.user_permissions.add(permission)
        key.scopes.add(permission)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def matcher(starter: None) -> APIClient:
    return key_client("kb.match_text", "kb.view_guide")


@pytest.fixture
def responder(starter: None) -> APIClient:
    return key_client("kb.match_text", "kb.view_guide", "probes.run_probe", "probes.view_run")
