"""What the admin says before it deletes: the row itself, and counts of what goes with it."""

import pytest
from django.test import Client

from tests.factories import (
    make_cause,
    make_check,
    make_evidence,
    make_guide,
    make_probe,
    make_resolution,
)

pytestmark = pytest.mark.django_db


def test_deletion_names_the_row_and_counts_what_hangs_on_it_in_words(admin_client: Client) -> None:
    guide = make_guide()
    cause = make_cause(guide)
    check = make_check(guide, "listener", make_probe())
    make_evidence(cause, "strongly-for", listener="refused")
    fix = make_resolution(cause)
    fix.verify.add(check)
    admin_client.cookies["django_language"] = "en"

    page = admin_client.get(f"/admin/kb/cause/{cause.pk}/delete/").content.decode()

    assert f"/admin/kb/cause/{cause.pk}/change/" in page
    assert "<li>Evidence: 1</li>" in page
    assert "<li>Resolutions: 1</li>" in page
    assert "Resolution_verify" not in page, "a record without a name for people"
    assert "strongly-for" not in page
