"""Definitions: who approves what, and that only what was approved runs."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from probes import services
from probes.engine.errors import InvalidParams
from probes.models import Probe
from tests.probes.factories import make_probe, make_user

pytestmark = pytest.mark.django_db


def test_another_person_approves() -> None:
    author, approver = make_user("author"), make_user("approver")
    probe = make_probe(author=author, approved=False)

    services.approve_probe(probe, by=approver)

    assert probe.is_approved
    assert probe.approved_by == approver
    assert probe.approved_at is not None


def test_author_cannot_approve() -> None:
    author = make_user("author")
    probe = make_probe(author=author, approved=False)

    with pytest.raises(PermissionDenied):
        services.approve_probe(probe, by=author)

    assert not Probe.objects.get().is_approved


def test_author_approves_where_the_setting_says_so(settings: Any) -> None:
    settings.KNOWNFIX_SELF_APPROVAL = True
    author = make_user("author")
    probe = make_probe(author=author, approved=False)

    services.approve_probe(probe, by=author)

    assert probe.is_approved


def test_who_changes_a_definition_becomes_its_author_and_cannot_approve_it() -> None:
    editor = make_user("editor")
    probe = make_probe(author=make_user("author"))

    probe.timeout_s = 9
    services.save_probe(probe, by=editor)

    assert (probe.author, probe.is_approved, probe.approved_by) == (editor, False, None)
    with pytest.raises(PermissionDenied):
        services.approve_probe(probe, by=editor)


def test_new_name_keeps_author_and_approval() -> None:
    author = make_user("author")
    probe = make_probe(author=author)

    probe.name = "Another name"
    services.save_probe(probe, by=make_user("editor"))

    assert (probe.author, probe.is_approved) == (author, True)


def test_definition_changed_under_the_approver_is_not_approved() -> None:
    seen = make_probe(approved=False)
    changed = Probe.objects.get()
    changed.timeout_s = 9
    services.save_probe(changed, by=None)

    with pytest.raises(services.ProbeChanged):
        services.approve_probe(seen, by=make_user("approver"))

    assert not Probe.objects.get().is_approved


def test_everything_wrong_with_a_definition_is_told_at_once() -> None:
    probe = Probe(
        slug="tcp",
        name="tcp",
        kind="tcp_connect",
        params={"port": 99999, "prot": "tcp"},
        expectation={"no_such_code": "OK"},
        timeout_s=61,
        retries=6,
    )

    with pytest.raises(InvalidParams) as refused:
        services.save_probe(probe, by=None)

    assert {c.field for c in refused.value.complaints} == {
        "params.host",
        "params.port",
        "params.prot",
        "expectation",
        "timeout_s",
        "retries",
    }
    assert not Probe.objects.exists()


def test_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(InvalidParams, match="'ping' is not one of"):
        services.save_probe(Probe(slug="a", name="a", kind="ping"), by=None)
