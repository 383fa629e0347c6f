"""Saving guides by slug: identity kept, revisions written, everything wrong said at once."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import override

from kb.ingest import BadGuide, GuideDraft, TranslationDraft, dump, parse
from kb.models import Cause, Guide, GuideRevision, IndexedGuide, Resolution, Service
from kb.services.guides.guides import (
    ImportRefused,
    apply_import,
    draft_of,
    file_of,
    load_starter,
    plan_import,
    record_edit,
    save_guide,
    save_translation,
)
from probes.models import Probe
from probes.services import load_probes

pytestmark = pytest.mark.django_db

IMPORT = GuideRevision.Source.IMPORT

TEXT = """---
slug: connection
language: en
title: Server cannot be reached
services: [backend]
parameters:
  host: {type: host, default: localhost, from: host}
  port: {type: port, default: 8000, from: port, required: true, label: Port}
symptoms:
  refused:
    phrases: [ERR_CONNECTION_REFUSED]
    explained_by: [bind-failed]
    suggests: {not-running: strong, crashed: weak}
  bind-failed: {pattern: 'Errno 98|10048', provenance: inferred, suggests: {not-running: weak}}
checks:
  outside: {name: Ask from outside, probe: tcp, with: {host: "${host}", port: "${port}"}, at: client, section: step-1}
  file: {probe: env-file, section: step-2, baseline: absent}
causes:
  not-running:
    title: Nothing runs
    section: step-1
    weight: 3
    evidence:
      - {when: {outside: refused, file: {reason: absent, status: CRITICAL}}, says: strongly-for}
      - {when: {outside: connected}, says: rules-out, provenance: inferred}
    resolutions:
      start: {title: Start it, section: step-2, risk: moderate, rollback: Stop it, verify: [outside]}
  crashed: {refines: not-running, standing: confirmed}
review_after: 2027-01-01
---
# Server cannot be reached

## Look {#step-1}

```bash
ss -ltn
```

## Start {#step-2}
"""

TRANSLATION = """---
translates: connection
language: ko
title: 서버 접속 불가
names: {causes: {not-running: 실행 안 됨}, resolutions: {not-running/start: 실행}}
---
## 확인 {#step-1}

## 시작 {#step-2}
"""

PROBES = """
tcp:
  name: The port accepts a connection
  kind: tcp_connect
  params: {host: "${host}", port: "${port}"}
env-file:
  name: The settings file is there
  kind: file_present
  params: {path: /srv/app/.env}
"""


@pytest.fixture(autouse=True)
def probes() -> None:
    load_probes(PROBES, by=None, approve=True)


def guide_draft(text: str = TEXT) -> GuideDraft:
    draft = parse(text)
    assert isinstance(draft, GuideDraft)
    return draft


def translation_draft(text: str = TRANSLATION) -> TranslationDraft:
    draft = parse(text)
    assert isinstance(draft, TranslationDraft)
    return draft


def saved(text: str = TEXT) -> Guide:
    return save_guide(guide_draft(text), by=None, source=IMPORT).guide


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadGuide) as caught:
        save_guide(guide_draft(text), by=None, source=IMPORT)
    return [(c.line, c.field, c.message) for c in caught.value.complaints]


def test_a_saved_guide_exports_as_it_was_imported() -> None:
    guide = saved()

    assert draft_of(guide) == guide_draft()
    assert file_of(guide) == dump(guide_draft())
    assert parse(file_of(guide)) == guide_draft()


def test_saving_writes_the_whole_file_as_a_revision() -> None:
    author = User.objects.create_user("author")

    guide = save_guide(guide_draft(), by=author, source=IMPORT, note="first").guide

    revision = guide.revisions.get()
    assert (revision.number, revision.author, revision.note, revision.source) == (
        1,
        author,
        "first",
        "import",
    )
    assert revision.file == file_of(guide)
    assert revision.sha256 == hashlib.sha256(revision.file.encode()).hexdigest()
    assert guide.owner == author


def test_saving_the_same_again_changes_nothing() -> None:
    saved()

    again = save_guide(guide_draft(), by=None, source=IMPORT)

    assert (again.created, again.changed) == (False, False)
    assert again.guide.revisions.count() == 1


def test_rows_keep_their_identity_because_incidents_point_at_them() -> None:
    guide = saved()
    causes = dict(guide.causes.values_list("slug", "pk"))
    resolution = Resolution.objects.get(slug="start").pk
    evidence = list(guide.causes.get(slug="not-running").evidence.values_list("pk", flat=True))

    changed = TEXT.replace("Nothing runs", "Not started").replace(
        "says: rules-out", "says: against"
    )
    again = save_guide(guide_draft(changed), by=None, source=IMPORT)

    assert (again.created, again.changed) == (False, True)
    assert dict(guide.causes.values_list("slug", "pk")) == causes
    assert Resolution.objects.get(slug="start").pk == resolution
    assert Cause.objects.get(pk=causes["not-running"]).title == "Not started"
    assert (
        list(guide.causes.get(slug="not-running").evidence.values_list("pk", flat=True)) == evidence
    )
    assert [r.number for r in guide.revisions.all()] == [2, 1]


def test_what_the_file_no_longer_names_is_gone() -> None:
    guide = saved()
    smaller = TEXT.replace("  crashed: {refines: not-running, standing: confirmed}\n", "").replace(
        ", crashed: weak", ""
    )

    save_guide(guide_draft(smaller), by=None, source=IMPORT)

    assert list(guide.causes.values_list("slug", flat=True)) == ["not-running"]
    assert draft_of(guide) == guide_draft(smaller)


def test_only_a_published_guide_is_indexed() -> None:
    guide = saved()
    assert IndexedGuide.objects.filter(guide=guide).exists()

    save_guide(replace(guide_draft(), state="draft"), by=None, source=IMPORT)

    assert not IndexedGuide.objects.filter(guide=guide).exists()


def test_reading_a_guide_takes_a_fixed_number_of_queries(django_assert_num_queries: object) -> None:
    guide = saved()
    many = "".join(
        f"  extra-{n}: {{evidence: [{{when: {{outside: refused}}, says: for}}], "
        f"resolutions: {{a: {{verify: [outside]}}}}}}\n"
        for n in range(20)
    )
    larger = saved(
        TEXT.replace("connection", "larger").replace("review_after", f"{many}review_after")
    )

    with django_assert_num_queries(10):
        draft_of(guide)
    with django_assert_num_queries(10):
        draft_of(larger)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("language: en", "language: fr", (3, "language", "fr is not one of: ko, en")),
        ("probe: tcp", "probe: nope", (16, "checks.outside.probe", "there is no probe nope")),
        (', port: "${port}"}', "}", (16, "checks.outside", "the probe tcp needs a value for port")),
        ("probe: env-file,", "probe: env-file, with: {a: b},", (17, "checks.file.with.a", "the probe env-file does not ask for this")),
        ("default: 8000", "default: 99999", (8, "parameters.port.default", None)),
        ('port: "${port}"', "port: 0", (16, "checks.outside.with", None)),
        ("section: step-1}", "section: nope}", (16, "checks.outside.section", "the text has no heading {#nope}")),
        ("baseline: absent", "baseline: gone", (17, "checks.file.baseline", None)),
        ("baseline: absent", "baseline: not_allowed", (17, "checks.file.baseline", "not_allowed means that nothing was seen, so it is never evidence")),
        ("outside: refused,", "outside: masked_by_5xx,", (24, "causes.not-running.evidence[0].when.outside", None)),
        ("'Errno 98|10048'", "'Errno (98|10048'", (14, "symptoms.bind-failed.pattern", "the ( at character 7 is not closed")),
        ("'Errno 98|10048'", "'a(?<!b)'", (14, "symptoms.bind-failed.pattern", None)),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_base_is_named_with_its_line(
    old: str, new: str, expected: tuple[int, str, str | None]
) -> None:
    assert TEXT.count(old) >= 1

    ((line, field, message),) = problems(TEXT.replace(old, new, 1))

    assert (line, field) == expected[:2]
    assert expected[2] is None or message == expected[2]
    assert not Guide.objects.exists()


def test_a_translation_carries_the_guides_sections_and_names() -> None:
    guide = saved()

    first = save_translation(translation_draft(), by=None)
    again = save_translation(translation_draft(), by=None)

    assert (first.created, first.changed, again.changed) == (True, True, False)
    translation = guide.translations.get()
    assert (translation.title, translation.of_revision) == ("서버 접속 불가", 1)
    assert translation.names["causes"] == {"not-running": "실행 안 됨"}


def test_a_translation_that_does_not_fit_is_refused() -> None:
    saved()
    text = TRANSLATION.replace("{#step-2}", "").replace("not-running:", "nobody:", 1)

    with pytest.raises(BadGuide) as caught:
        save_translation(translation_draft(text), by=None)

    assert [(c.line, c.field, c.message) for c in caught.value.complaints] == [
        (0, "", "the text has no heading {#step-2}"),
        (5, "names.causes.nobody", "the guide has no such entry"),
    ]


def test_a_reader_sees_the_translated_caution_and_rollback() -> None:
    guide = saved(TEXT.replace("rollback: Stop it", "caution: Look first, rollback: Stop it"))
    names = "cautions: {not-running/start: 먼저 봅니다}, rollbacks: {not-running/start: 끝냅니다}"
    save_translation(
        translation_draft(TRANSLATION.replace("names: {", f"names: {{{names}, ")), by=None
    )
    fix = Resolution.objects.get(slug="start")

    with override("ko"):
        assert (fix.localized("caution"), fix.localized("rollback")) == ("먼저 봅니다", "끝냅니다")
    with override("en"):
        assert (fix.localized("caution"), fix.localized("rollback")) == ("Look first", "Stop it")
    assert guide.translations.get().names["rollbacks"] == {"not-running/start": "끝냅니다"}


def test_a_caution_that_the_original_does_not_have_is_refused() -> None:
    saved()
    names = "cautions: {not-running/start: 조심}, rollbacks: {not-running/stop: 끝냅니다}"

    with pytest.raises(BadGuide) as caught:
        save_translation(
            translation_draft(TRANSLATION.replace("names: {", f"names: {{{names}, ")), by=None
        )

    assert [(c.line, c.field, c.message) for c in caught.value.complaints] == [
        (5, "names.cautions.not-running/start", "the guide has no such entry"),
        (5, "names.rollbacks.not-running/stop", "the guide has no such entry"),
    ]


def test_a_translation_of_nothing_is_refused() -> None:
    with pytest.raises(BadGuide, match="line 2: translates: there is no guide connection"):
        save_translation(translation_draft(), by=None)


def test_an_edit_of_rows_is_recorded_as_a_revision() -> None:
    guide = saved()
    guide.causes.filter(slug="crashed").update(title="It crashed")

    recorded = record_edit(guide, by=None)

    assert recorded.changed
    assert guide.revisions.first().source == "admin"
    assert "It crashed" in guide.revisions.first().file
    assert not record_edit(guide, by=None).changed


def test_a_bad_edit_of_rows_is_refused() -> None:
    guide = saved()

    with pytest.raises(BadGuide) as caught, transaction.atomic():
        guide.symptoms.filter(slug="bind-failed").update(pattern="(")
        guide.causes.filter(slug="not-running").update(refines=Cause.objects.get(slug="crashed"))
        record_edit(guide, by=None)

    fields = {complaint.field for complaint in caught.value.complaints}
    assert "causes.not-running.refines" in fields
    assert guide.revisions.count() == 1
    assert guide.symptoms.get(slug="bind-failed").pattern == "Errno 98|10048"


def test_a_plan_shows_what_would_change_and_stores_nothing() -> None:
    saved()
    changed = TEXT.replace("Nothing runs", "Not started")

    plan = plan_import([("a.md", changed), ("b.ko.md", TRANSLATION)])

    assert [(item.slug, item.language, item.state) for item in plan.items] == [
        ("connection", "en", "changed"),
        ("connection", "ko", "created"),
    ]
    assert "-    title: Nothing runs\n+    title: Not started" in plan.items[0].diff
    assert Cause.objects.get(slug="not-running").title == "Nothing runs"
    assert plan_import([("a.md", TEXT)]).changes == ()


def test_a_plan_is_stored_as_a_whole_with_guides_before_translations() -> None:
    plan = plan_import([("a.ko.md", TRANSLATION), ("b.md", TEXT)])

    stored = apply_import(plan, by=None, source=IMPORT)

    assert [one.created for one in stored] == [True, True]
    assert Guide.objects.get().translations.get().language == "ko"
    assert Service.objects.get().slug == "backend"


def test_every_complaint_of_every_file_is_said_and_nothing_stored() -> None:
    broken = TEXT.replace("slug: connection", "slug: other\ncolour: red").replace(
        "probe: tcp", "probe: nope"
    )

    plan = plan_import([("good.md", TEXT), ("bad.md", broken), ("x.md", b"\xff\xfe")])

    assert [(c.file, c.line, c.field) for c in plan.complaints] == [
        ("bad.md", 3, "colour"),
        ("bad.md", 17, "checks.outside.probe"),
        ("x.md", 1, ""),
    ]
    with pytest.raises(
        ImportRefused, match=r"bad\.md:17: checks\.outside\.probe: there is no probe"
    ):
        apply_import(plan, by=None, source=IMPORT)
    assert not Guide.objects.exists()


def test_two_files_of_one_guide_are_refused() -> None:
    plan = plan_import([("a.md", TEXT), ("b.md", TEXT)])

    assert [str(complaint) for complaint in plan.complaints] == [
        "b.md:2: slug: a.md holds this guide too"
    ]


def test_likely_secrets_and_new_services_are_listed_with_their_line() -> None:
    text = TEXT + "\nexport TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789\n"

    plan = plan_import([("a.md", text)])

    assert [(warning.line, warning.template[:20]) for warning in plan.warnings] == [
        (5, "the service %(name)s"),
        (text.count("\n"), "this line may hold a"),
    ]


def starter_folder(folder: Path, text: str = TEXT) -> Path:
    (folder / "probes.yaml").write_text(PROBES)
    (folder / "connection.md").write_text(text)
    (folder / "connection.ko.md").write_text(TRANSLATION)
    return folder


def test_starter_guides_are_loaded_once(tmp_path: Path) -> None:
    folder = starter_folder(tmp_path)

    assert [one.created for one in load_starter(folder)] == [True, True]
    assert load_starter(folder) == []
    assert Guide.objects.get().revisions.get().source == "starter"
    assert all(probe.is_approved for probe in Probe.objects.all())


def test_a_newer_starter_guide_replaces_the_older(tmp_path: Path) -> None:
    load_starter(starter_folder(tmp_path))

    (one,) = load_starter(starter_folder(tmp_path, TEXT.replace("Nothing runs", "Not started")))

    assert one.changed
    assert Cause.objects.get(slug="not-running").title == "Not started"


def test_a_starter_guide_that_someone_edited_is_left_alone(tmp_path: Path) -> None:
    load_starter(starter_folder(tmp_path))
    guide = Guide.objects.get()
    guide.causes.filter(slug="not-running").update(title="Our words")
    record_edit(guide, by=None)

    assert load_starter(starter_folder(tmp_path, TEXT.replace("Nothing runs", "Not started"))) == []
    assert Cause.objects.get(slug="not-running").title == "Our words"


def test_a_starter_probe_that_someone_changed_is_left_alone(tmp_path: Path) -> None:
    load_starter(starter_folder(tmp_path))
    author = User.objects.create_user("author")
    load_probes(PROBES.replace("/srv/app/.env", "/srv/ours/.env"), by=author, approve=False)

    load_starter(starter_folder(tmp_path))

    assert Probe.objects.get(slug="env-file").params["path"] == "/srv/ours/.env"


def test_a_broken_starter_stores_nothing(tmp_path: Path) -> None:
    folder = starter_folder(tmp_path, TEXT.replace("probe: tcp", "probe: nope"))

    with pytest.raises(ImportRefused, match=r"connection\.md:16"):
        load_starter(folder)

    assert not Guide.objects.exists()
