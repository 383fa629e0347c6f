"""The tests' own database: what a test that committed leaves to the next one."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import TransactionTestCase
from django.utils.translation import override

from probes.models import Location


@pytest.mark.django_db(transaction=True)
def test_what_a_test_committed_is_gone_and_what_was_migrated_is_there() -> None:
    User.objects.create_user("left-behind")
    Location.objects.create(slug="left-behind", name="x")
    Group.objects.all().delete()
    Permission.objects.filter(codename="match_text").delete()

    with override("ko"):
        TransactionTestCase("__init__")._fixture_teardown()

    assert not User.objects.exists()
    assert not Location.objects.filter(slug="left-behind").exists()
    assert Group.objects.filter(name="responder").exists()
    assert Permission.objects.get(codename="match_text").name == "Can look up fixes for a text"
