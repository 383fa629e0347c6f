"""Only the approved, hash-pinned definition runs: whoever brings it, wherever it is asked for."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from kb.ingest import BadGuide, GuideDraft, parse
from kb.models import GuideRevision
from kb.services import load_starter, run_checks, save_guide, start_from_guide
from probes import services
from probes.models import Batch, Probe, Run
from probes.services.errors import BadProbes
from tests.probes.factories import claim, make_batch, make_probe, make_schedule, make_user, result

pytestmark = pytest.mark.django_db

VALUES = {"host": "127.0.0.1", "port": 8001}


def change(probe: Probe, **fields: object) -> Probe:
    """The stored definition becomes another one, as an editor's save makes it."""
    stored = Probe.objects.get(pk=probe.pk)
    for name, value in (fields or {"timeout_s": 9.0}).items():
        setattr(stored, name, value)
    return services.save_probe(
        stored, by=make_user(f"editor-{Probe.objects.count()}-{len(fields)}")
    )


# --- who approves


@pytest.mark.parametrize("field", ["params", "expectation", "timeout_s", "retries"])
def test_every_part_that_changes_what_runs_needs_approval_again(field: str) -> None:
    probe = make_probe()
    changed = {
        "params": {"host": "127.0.0.1", "port": "${port}"},
        "expectation": {"refused": "OK"},
        "timeout_s": 9.0,
        "retries": 2,
    }

    assert not change(probe, **{field: changed[field]}).is_approved


def test_another_name_alone_needs_no_new_approval() -> None:
    assert change(make_probe(), name="Another name").is_approved


def test_changed_back_it_still_waits_for_somebody_to_look() -> None:
    probe = make_probe()
    before = probe.timeout_s

    change(probe)
    back = change(probe, timeout_s=before, name="x")

    assert back.definition_hash == Probe.objects.get().definition_hash
    assert not back.is_approved


@override_settings(KNOWNFIX_SELF_APPROVAL=False)
def test_who_changes_a_definition_becomes_its_author_and_cannot_approve_it() -> None:
    approver, editor = make_user("first"), make_user("second")
    probe = make_probe(author=approver, approved=False)
    services.approve_probe(probe, by=editor)
    probe.timeout_s = 9
    services.save_probe(probe, by=editor)

    with pytest.raises(services.OwnProbe):
        services.approve_probe(probe, by=editor)

    services.approve_probe(probe, by=approver)
    assert Probe.objects.get().is_approved


@override_settings(KNOWNFIX_SELF_APPROVAL=True)
def test_self_approval_lets_the_author_approve_where_it_is_set() -> None:
    author = make_user("author")
    probe = make_probe(author=author, approved=False)

    assert services.approve_probe(probe, by=author).is_approved


# --- what is imported


@pytest.mark.parametrize("key", ["approved", "approved_hash", "approved_by", "approved_at"])
def test_approval_in_a_file_of_probes_is_refused_with_its_line(key: str) -> None:
    text = (
        "first: {name: x, kind: tcp_connect, params: {host: a, port: 1}}\n"
        f"mine: {{name: x, kind: tcp_connect, params: {{host: a, port: 1}}, {key}: true}}\n"
    )

    with pytest.raises(BadProbes) as refused:
        services.load_probes(text, by=make_user(), approve=False)

    assert [(c.line, c.field) for c in refused.value.complaints] == [(2, f"mine.{key}")]
    assert not Probe.objects.exists()


def test_imported_file_brings_no_approval_and_takes_a_changed_ones_away() -> None:
    probe = make_probe()
    text = 'tcp: {name: x, kind: tcp_connect, params: {host: "${host}", port: 1}}\n'

    services.load_probes(text, by=make_user("importer"), approve=False)

    stored = Probe.objects.get()
    assert not stored.is_approved
    assert (stored.approved_hash, stored.approved_by, stored.author.username) == (
        "",
        None,
        "importer",
    )
    with pytest.raises(services.RequestRefused):
        services.request_batch([services.Wanted(probe=probe)], purpose="try", by=None)


@pytest.mark.parametrize(
    "line", ["approved: true", "checks: {c: {probe: tcp, approved: true}}", "probes: {}"]
)
def test_approval_in_a_guides_file_is_refused_with_its_line(line: str) -> None:
    text = f"---\nslug: g\nlanguage: en\ntitle: T\n{line}\n---\n# T\n"

    with pytest.raises(BadGuide) as refused:
        parse(text)

    assert refused.value.complaints[0].line == 5


def test_api_takes_no_approval_along_with_a_definition() -> None:
    client = Client()
    client.force_login(make_user("author", "probes.add_probe"))
    definition = {
        "slug": "mine",
        "name": "x",
        "kind": "tcp_connect",
        "params": {"host": "127.0.0.1", "port": 1},
    }

    for name, value in (("approved_hash", "0" * 64), ("is_approved", True), ("approved_by", 1)):
        body = {**definition, name: value}
        answer = client.post("/api/v1/probes", body, content_type="application/json")
        assert answer.status_code == 400
    assert not Probe.objects.exists()


def test_admin_form_takes_no_approval_along_with_a_definition() -> None:
    client = Client()
    permissions = ("probes.add_probe", "probes.view_probe", "probes.change_probe")
    client.force_login(make_user("author", *permissions, is_staff=True))
    fields = {"name": "x", "slug": "mine", "timeout_s": "3", "retries": "0"}
    given = {"approved_hash": "0" * 64, "approved_by": "1", "is_approved": "on"}

    client.post(
        "/admin/probes/probe/add/?kind=tcp_connect",
        {**fields, **given, "param_host": "127.0.0.1", "param_port": "1"},
    )

    stored = Probe.objects.get()
    assert (stored.approved_hash, stored.approved_by) == ("", None)


def test_starter_comes_approved_but_never_over_what_somebody_changed() -> None:
    load_starter()
    probe = Probe.objects.exclude(kind="manual").order_by("slug").first()
    assert probe is not None and probe.is_approved

    change(probe, timeout_s=7.5)
    load_starter()

    assert not Probe.objects.get(pk=probe.pk).is_approved
    assert Probe.objects.get(pk=probe.pk).timeout_s == 7.5


# --- what runs


def test_batch_of_the_api_refuses_what_is_not_approved() -> None:
    make_probe(approved=False)
    client = Client()
    client.force_login(make_user("responder", "probes.run_probe"))

    answer = client.post(
        "/api/v1/batches",
        {"items": [{"probe": "tcp", "values": VALUES}]},
        content_type="application/json",
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "not_approved"
    assert not Batch.objects.exists()


def test_checks_of_a_guide_refuse_what_is_not_approved() -> None:
    probe = make_probe(params={"host": "127.0.0.1", "port": 1})
    draft = parse("---\nslug: g\nlanguage: en\ntitle: T\nchecks: {c: {probe: tcp}}\n---\n# T\n")
    assert isinstance(draft, GuideDraft)
    guide = save_guide(draft, by=None, source=GuideRevision.Source.IMPORT).guide
    person = make_user("responder", "probes.run_probe")
    investigation = start_from_guide(guide, by=person)
    change(probe)

    with pytest.raises(services.RequestRefused) as refused:
        run_checks(investigation, list(guide.checks.all()), by=person)

    assert [problem.code for problem in refused.value.problems] == ["not_approved"]
    assert not Batch.objects.exists()


def test_change_behind_the_services_back_is_not_approved_either() -> None:
    probe = make_probe()
    Probe.objects.update(params={"host": "10.0.0.1", "port": 1})

    with pytest.raises(services.RequestRefused):
        services.request_batch(
            [services.Wanted(probe=probe, values=VALUES)], purpose="try", by=None
        )


def test_item_carries_the_hash_that_was_approved_and_the_parameters_of_then() -> None:
    probe = make_probe()

    item = make_batch(8001).items.get()

    assert item.definition_hash == probe.approved_hash
    assert item.params == {"host": "127.0.0.1", "port": 8001}


def test_queued_item_of_a_changed_definition_is_not_handed_to_a_runner() -> None:
    batch = make_batch(8001, 8002)
    other = make_probe("other")
    mixed = services.request_batch(
        [
            services.Wanted(probe=Probe.objects.get(slug="tcp"), values=VALUES, ref="changed"),
            services.Wanted(probe=other, values=VALUES, ref="kept"),
        ],
        purpose="try",
        by=None,
    )
    change(Probe.objects.get(slug="tcp"))

    claimed = claim()

    # The batch of which nothing may run is done; the other one is handed out without its item.
    assert claimed is not None
    assert claimed.public_id == mixed.public_id
    assert [item.spec.timeout_s for item in claimed.items] == [other.timeout_s]
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    codes = Run.objects.filter(item__batch__in=[batch, mixed]).values_list("status", "reason_code")
    assert list(codes) == [("UNKNOWN", "not_approved")] * 3


def test_new_approval_does_not_let_the_old_definition_run() -> None:
    make_batch(8001)
    changed = change(Probe.objects.get(slug="tcp"))
    services.approve_probe(changed, by=make_user("second-approver"))

    assert claim() is None
    assert Run.objects.get().reason_code == "not_approved"


def test_approval_given_again_to_the_same_definition_lets_it_run() -> None:
    make_batch(8001)
    probe = Probe.objects.get(slug="tcp")
    before = probe.timeout_s
    change(probe)
    back = change(probe, timeout_s=before, name="y")
    services.approve_probe(back, by=make_user("second-approver"))

    claimed = claim()

    assert claimed is not None
    assert len(claimed.items) == 1


def test_run_under_way_when_its_definition_changes_is_recorded() -> None:
    make_batch(8001)
    claimed = claim()
    assert claimed is not None
    change(Probe.objects.get(slug="tcp"))

    recorded = services.record(claimed, {claimed.items[0].item_id: result("refused")})

    assert recorded.is_done
    assert Run.objects.get().reason_code == "refused"


def test_reclaimed_batch_asks_again_whether_it_is_approved() -> None:
    make_batch(8001)
    assert claim(lease=timedelta(seconds=-1)) is not None
    change(Probe.objects.get(slug="tcp"))

    assert claim("two") is None
    assert Run.objects.get().reason_code == "not_approved"


def test_schedule_of_a_changed_definition_does_not_run() -> None:
    schedule = make_schedule(is_due=True)
    change(schedule.probe)

    assert services.fire_due() == []
    with pytest.raises(services.RequestRefused):
        services.run_schedule(schedule, by=None)
