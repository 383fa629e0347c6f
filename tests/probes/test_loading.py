"""Probes from a file: strict, all or nothing, and never over an approval that still holds."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from probes import services
from probes.models import Probe
from tests.probes.factories import make_user

pytestmark = pytest.mark.django_db

FILE = """
tcp:
  name: The port accepts a connection
  kind: tcp_connect
  params: {host: "${host}", port: "${port}"}
  timeout_s: 2
  retries: 3
  expectation: {refused: WARNING}
"""


def test_file_makes_approved_probes() -> None:
    services.load_probes(FILE, by=None, approve=True)

    probe = Probe.objects.get(slug="tcp")
    assert probe.params["port"] == "${port}"
    assert (probe.timeout_s, probe.retries) == (2.0, 3)
    assert probe.expectation == {"refused": "WARNING"}
    assert probe.is_approved


def test_loading_twice_changes_nothing() -> None:
    services.load_probes(FILE, by=None, approve=True)
    before = Probe.objects.values().get()

    services.load_probes(FILE, by=make_user(), approve=False)

    after = Probe.objects.values().get()
    assert {**before, "updated_at": None} == {**after, "updated_at": None}


def test_changed_definition_loses_its_approval() -> None:
    services.load_probes(FILE, by=None, approve=True)

    services.load_probes(FILE.replace("timeout_s: 2", "timeout_s: 5"), by=None, approve=False)

    assert not Probe.objects.get().is_approved


def test_every_complaint_comes_at_once_and_nothing_is_stored() -> None:
    bad = FILE + (
        "Not A Slug: {name: x, kind: tcp_connect, params: {host: a, port: 1}}\n"
        "no-kind: {name: x}\n"
        "typo: {name: x, kind: tcp_connect, parms: {}}\n"
        "bad-port: {name: x, kind: tcp_connect, params: {host: a, port: 99999}, retries: 9}\n"
        "text: just text\n"
    )

    with pytest.raises(services.BadProbes) as refused:
        services.load_probes(bad, by=None, approve=True)

    found = [(c.line, c.field) for c in refused.value.complaints]
    assert found == [
        (9, "Not A Slug.slug"),
        (10, "no-kind.kind"),
        (11, "typo.parms"),
        (12, "bad-port.params.port"),
        (12, "bad-port.retries"),
        (13, "text."),
    ]
    assert not Probe.objects.exists()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: {name: x, name: y}", 1, "given before"),
        ("a: 1\na: 2", 2, "given before"),
        ("a: &x {name: y}", 1, "Anchors"),
        ("a: &x 1\nb: *x", 1, "Anchors"),
        ("a: !!python/object:os.system {}", 1, "Tags"),
        ("1: {name: x}", 1, "must be text"),
        ("on: {name: x}", 1, "must be text"),
        ("- a\n- b", 1, "slug: definition"),
        ("a: [", 1, "not valid YAML"),
        ("a: 1\n---\nb: 2", 2, "one document"),
        ("a: " + "[" * 40 + "]" * 40, 1, "levels deep"),
        ("a: \x00", 0, "not valid YAML"),
        ("", 1, "slug: definition"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, line: int, says: str) -> None:
    with translation.override("en"), pytest.raises(services.BadProbes) as refused:
        services.load_probes(text, by=None, approve=True)

    assert refused.value.complaints[0].line == line
    assert says in str(refused.value)


def test_starter_probes_are_all_accepted() -> None:
    text = Path(settings.BASE_DIR, "kb/starter/probes.yaml").read_text()

    loaded = services.load_probes(text, by=None, approve=True)

    assert len(loaded) > 10
    assert all(probe.is_approved for probe in loaded)
