"""The admin: guides edited row by row, recorded as a whole, never over someone's work."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kb import index
from kb.index.packing import term_id
from kb.models import (
    Attempt,
    Cause,
    Guide,
    GuideRevision,
    IndexedGuide,
    IndexTerm,
    Investigation,
    SearchGap,
)
from kb.services.guides.guides import file_of, save_guide, save_translation
from probes.services import load_probes
from tests.kb.test_guides import PROBES, TEXT, TRANSLATION, guide_draft, translation_draft

pytestmark = pytest.mark.django_db

GUIDES = "/admin/kb/guide/"
IMPORT = "/admin/kb/guide/import/"


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


@pytest.fixture
def guide() -> Guide:
    load_probes(PROBES, by=None, approve=True)
    return save_guide(guide_draft(), by=None, source=GuideRevision.Source.IMPORT).guide


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


def staff_client(*permissions: str) -> Client:
    user = User.objects.create_user("staff", is_staff=True)
    for name in permissions:
        user.user_permissions.add(
            Permission.objects.get(codename=name, content_type__app_label="kb")
        )
    client = Client()
    client.force_login(user)
    return client


def form_of(client: Client, address: str) -> dict[str, str | list[str]]:
    """What a browser would send back if nothing was changed."""
    response = client.get(address)
    assert response.status_code == 200, address
    data: dict[str, Any] = {}
    adminform = response.context["adminform"]
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    forms = [adminform.form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    for form in forms:
        for bound in form:
            data[bound.html_name] = _sent(bound)
    return {name: value for name, value in data.items() if value is not None}


def _sent(bound: Any) -> Any:
    value = bound.value()
    if value is None or value is False:
        return None
    if isinstance(value, list):
        return [str(getattr(one, "pk", one)) for one in value]
    return str(getattr(value, "pk", value))


def errors(response: Any) -> str:
    """The page's errors as text."""
    assert response.status_code == 200
    html = response.content.decode()
    found = re.findall(r'<ul class="errorlist.*?</ul>', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", " ".join(found)))


def test_a_guide_saved_unchanged_keeps_its_file_and_revision(client: Client, guide: Guide) -> None:
    save_translation(translation_draft(), by=None)
    before = file_of(guide)
    address = f"{GUIDES}{guide.pk}/change/"

    response = client.post(address, form_of(client, address))

    assert response.status_code == 302, errors(response)
    assert file_of(guide) == before
    assert guide.revisions.count() == 1


def test_an_edit_is_stored_with_its_revision_and_found_at_once(
    client: Client, guide: Guide
) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(client, address)
    data["body"] += "\r\nzebraword appears"
    data["symptoms-0-phrases"] = "ERR_ONE\r\nERR_TWO\r\n"
    data["checks-0-parameters"] = '{"host": "127.0.0.1", "port": "${port}"}'

    response = client.post(address, data)

    assert response.status_code == 302, errors(response)
    guide.refresh_from_db()
    assert guide.body.endswith("\nzebraword appears")
    assert "\r" not in guide.body
    assert guide.symptoms.first().phrases == ["ERR_ONE", "ERR_TWO"]
    assert guide.checks.first().parameters == {"host": "127.0.0.1", "port": "${port}"}
    newest = guide.revisions.first()
    assert (newest.number, newest.source, newest.author.username) == (2, "admin", "admin")
    assert "zebraword" in newest.file
    assert IndexTerm.objects.filter(pk=term_id("zebraword")).exists()


def test_a_guide_is_written_in_the_admin(client: Client) -> None:
    load_probes(PROBES, by=None, approve=True)
    data = form_of(client, f"{GUIDES}add/")
    data |= {"title": "New", "slug": "new", "language": "en", "body": "## Look {#look}\r\n"}
    data |= {"checks-TOTAL_FORMS": "1", "checks-0-slug": "env", "checks-0-name": "Env"}
    data |= {
        "checks-0-role": "target",
        "checks-0-provenance": "document",
        "checks-0-section": "look",
    }
    data["checks-0-probe"] = str(guide_probe("env-file"))

    response = client.post(f"{GUIDES}add/", data)

    assert response.status_code == 302, errors(response)
    new = Guide.objects.get(slug="new")
    assert (new.state, new.revisions.count()) == ("draft", 1)
    assert new.checks.get().section == "look"


def guide_probe(slug: str) -> int:
    from probes.models import Probe

    return Probe.objects.get(slug=slug).pk


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("symptoms-1-pattern", "Errno (98", "the ( at character 7 is not closed"),
        ("checks-0-section", "nowhere", "checks › outside › section: the text has no heading {#nowhere}"),
        ("checks-0-baseline", "gone", "gone is not a reason of tcp_connect"),
        ("checks-0-parameters", "{host: a}", "the probe tcp needs a value for port"),
        ("checks-0-parameters", "{host: a", "not valid YAML: did not find"),
        ("checks-0-parameters", "host: ${nobody}\nport: 1", "this guide has no parameter nobody"),
        ("parameters", "port: {type: colour}", "colour is not one of"),
        ("causes-1-weight", "0", "The weight must be above 0."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_an_error_of_the_form_and_nothing_is_stored(
    client: Client, guide: Guide, field: str, value: str, expected: str
) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    before = file_of(guide)
    data = form_of(client, address)
    assert field in data

    response = client.post(address, {**data, field: value, "title": "Changed too"})

    assert expected in errors(response)
    assert "Changed too" in response.content.decode()
    assert file_of(guide) == before
    assert guide.revisions.count() == 1


def test_someone_elses_edit_is_shown_and_not_overwritten(client: Client, guide: Guide) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    mine = form_of(client, address)
    theirs = {**form_of(client, address), "title": "Their title"}
    assert client.post(address, theirs).status_code == 302

    response = client.post(address, {**mine, "title": "My title"})

    assert "Someone else saved this guide" in errors(response)
    shown = response.content.decode()
    assert "<ins>Their title</ins>" in shown
    assert "<ins>My title</ins>" in shown
    assert Guide.objects.get().title == "Their title"


def test_a_cause_carries_its_evidence_and_resolutions(client: Client, guide: Guide) -> None:
    cause = guide.causes.get(slug="not-running")
    address = f"/admin/kb/cause/{cause.pk}/change/"
    data = form_of(client, address)
    assert data["evidence-1-when"] == "outside: connected"
    data["evidence-1-when"] = "outside: [connected, refused]\nfile: {status: OK}"
    data["resolutions-0-title"] = "Start the server"

    response = client.post(address, data)

    assert response.status_code == 302, errors(response)
    assert cause.evidence.last().when == {
        "outside": {"reason": ["connected", "refused"]},
        "file": {"status": ["OK"]},
    }
    assert "title: Start the server" in guide.revisions.first().file


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{outside: }", "is empty"),
        ('{"outside": ', "not valid YAML"),
        ("[refused]", "key: value"),
        ("outside: masked_by_5xx", "masked_by_5xx is not a reason of tcp_connect"),
        ("nobody: refused", "this guide has no check nobody"),
        ("outside: not_allowed", "never evidence"),
    ],
)
def test_a_condition_that_means_nothing_is_an_error_of_the_form(
    client: Client, guide: Guide, when: str, expected: str
) -> None:
    cause = guide.causes.get(slug="not-running")
    address = f"/admin/kb/cause/{cause.pk}/change/"
    data = form_of(client, address)

    response = client.post(address, {**data, "evidence-1-when": when})

    assert expected in errors(response)
    assert guide.revisions.count() == 1


def test_a_conflict_is_found_on_the_causes_page_too(client: Client, guide: Guide) -> None:
    cause = guide.causes.get(slug="not-running")
    mine = form_of(client, f"/admin/kb/cause/{cause.pk}/change/")
    theirs = form_of(client, f"{GUIDES}{guide.pk}/change/")
    client.post(f"{GUIDES}{guide.pk}/change/", {**theirs, "title": "Their title"})

    response = client.post(f"/admin/kb/cause/{cause.pk}/change/", {**mine, "title": "Mine"})

    assert "Someone else saved this guide" in errors(response)
    assert Cause.objects.get(pk=cause.pk).title == "Nothing runs"


def test_a_new_cause_goes_on_to_its_own_page(client: Client, guide: Guide) -> None:
    data = form_of(client, "/admin/kb/cause/add/")
    data |= {"guide": str(guide.pk), "title": "Held", "slug": "held"}

    response = client.post("/admin/kb/cause/add/", data)

    cause = guide.causes.get(slug="held")
    assert response.url == f"/admin/kb/cause/{cause.pk}/change/"
    assert guide.revisions.count() == 2


def test_a_deleted_cause_is_a_revision_of_its_guide(client: Client, guide: Guide) -> None:
    cause = guide.causes.get(slug="crashed")

    client.post(f"/admin/kb/cause/{cause.pk}/delete/", {"post": "yes"})

    assert guide.causes.count() == 1
    assert "crashed" not in guide.revisions.first().file


def test_a_changed_translation_is_a_revision(client: Client, guide: Guide) -> None:
    save_translation(translation_draft(), by=None)
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(client, address)

    response = client.post(address, {**data, "translations-0-title": "새 제목"})

    assert response.status_code == 302, errors(response)
    assert guide.translations.get().title == "새 제목"
    assert guide.revisions.count() == 2
    assert guide.translations.get().of_revision == 2


def test_publishing_needs_its_own_permission(guide: Guide) -> None:
    Guide.objects.update(state=Guide.State.DRAFT)
    editor = staff_client("view_guide", "change_guide")
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(editor, address)

    response = editor.post(address, {**data, "state": "published"})

    assert "You may not publish" in errors(response)
    action = {"action": "publish", "_selected_action": str(guide.pk)}
    editor.post(GUIDES, action)
    assert Guide.objects.get().state == "draft"


def test_publishing_makes_a_guide_one_that_is_found(client: Client, guide: Guide) -> None:
    Guide.objects.update(state=Guide.State.DRAFT)
    index.update(guide)
    assert not IndexedGuide.objects.exists()

    client.post(GUIDES, {"action": "publish", "_selected_action": str(guide.pk)})

    assert Guide.objects.get().state == "published"
    assert IndexedGuide.objects.filter(guide=guide).exists()


def test_a_viewer_reads_a_guide_without_changing_it(guide: Guide) -> None:
    viewer = staff_client("view_guide", "view_cause")
    address = f"{GUIDES}{guide.pk}/change/"

    assert viewer.get(address).status_code == 200
    assert viewer.get(GUIDES).status_code == 200
    assert viewer.post(address, {"title": "x"}).status_code == 403
    assert viewer.get(f"/admin/kb/cause/{guide.causes.first().pk}/change/").status_code == 200


def test_every_widget_of_a_row_has_its_own_name(client: Client, guide: Guide) -> None:
    html = client.get(f"{GUIDES}{guide.pk}/change/").content.decode()

    rows = re.findall(
        r'<(?:input|select|textarea)[^>]*name="(?:symptoms|causes|checks)-\d+-[^>]*>', html
    )
    visible = [row for row in rows if 'type="hidden"' not in row]
    assert len(visible) > 20
    assert [row for row in visible if "aria-label=" not in row] == []
    assert 'aria-label="Weight, row 1"' in html


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_guides_or_rows(client: Client, guide: Guide) -> None:
    cause = guide.causes.get(slug="not-running")
    addresses = [
        GUIDES,
        "/admin/kb/cause/",
        "/admin/kb/guiderevision/",
        f"{GUIDES}{guide.pk}/change/",
        f"/admin/kb/cause/{cause.pk}/change/",
    ]
    before = [queries(client, address) for address in addresses]

    more = "".join(f"  more-{n}: {{refines: not-running}}\n" for n in range(6))
    text = (
        TEXT.replace("review_after", f"{more}review_after")
        .replace(
            "      - {when: {outside: connected}",
            "      - {when: {outside: refused}, says: for}\n" * 5
            + "      - {when: {outside: connected}",
        )
        .replace(
            "  bind-failed: {",
            "".join(
                f"  s{n}: {{phrases: [x{n}], suggests: {{not-running: weak}}}}\n" for n in range(5)
            )
            + "  bind-failed: {",
        )
    )
    save_guide(guide_draft(text), by=None, source=GuideRevision.Source.IMPORT)
    for number in range(5):
        save_guide(
            guide_draft(TEXT.replace("slug: connection", f"slug: g{number}")),
            by=None,
            source="import",
        )
    after = [queries(client, address) for address in addresses]

    assert guide.causes.count() == 8
    assert after == before


def test_history_is_for_reading_only(client: Client, guide: Guide) -> None:
    investigation = Investigation.objects.create(text="ERR_X refused", fingerprint="v1:x")
    attempt = Attempt.objects.create(investigation=investigation, what="Restart", outcome="worked")
    gap = SearchGap.objects.create(fingerprint="v1:y", count=3, sample="who knows")
    pages = {
        "guiderevision": guide.revisions.get().pk,
        "investigation": investigation.pk,
        "attempt": attempt.pk,
        "searchgap": gap.pk,
    }

    for model, key in pages.items():
        assert client.get(f"/admin/kb/{model}/").status_code == 200
        assert client.get(f"/admin/kb/{model}/{key}/change/").status_code == 200
        assert client.post(f"/admin/kb/{model}/{key}/change/", {}).status_code == 403
        assert client.get(f"/admin/kb/{model}/add/").status_code == 403


def test_a_service_keeps_its_bindings(client: Client) -> None:
    data = {"name": "Backend", "slug": "backend", "bindings": "port: 8001\nhost: 127.0.0.1"}

    client.post("/admin/kb/service/add/", data)

    assert client.get("/admin/kb/service/").status_code == 200
    from kb.models import Service

    assert Service.objects.get().bindings == {"port": 8001, "host": "127.0.0.1"}


# Importing


def upload(name: str, text: str | bytes) -> SimpleUploadedFile:
    content = text.encode() if isinstance(text, str) else text
    return SimpleUploadedFile(name, content, content_type="text/markdown")


def hidden_fields(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(name|content|seen)" value="([^"]*)"', html
    ):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_files_are_previewed_and_then_imported(client: Client, guide: Guide) -> None:
    changed = TEXT.replace("Nothing runs", "Not started").replace("\n", "\r\n")
    files = [upload("a.md", changed), upload("a.ko.md", TRANSLATION)]

    preview = client.post(IMPORT, {"documents": files, "preview": "1"})

    html = unescape(preview.content.decode())
    assert "title: <del>Nothing runs</del><ins>Not started</ins>" in html
    assert guide.causes.get(slug="not-running").title == "Nothing runs"

    applied = client.post(IMPORT, {**hidden_fields(preview.content.decode()), "apply": "1"})

    assert applied.status_code == 302
    assert guide.causes.get(slug="not-running").title == "Not started"
    assert guide.translations.count() == 1
    guide.refresh_from_db()
    assert guide.body.startswith("# Server cannot be reached\r\n")


def test_pasted_text_is_imported(client: Client) -> None:
    load_probes(PROBES, by=None, approve=True)

    preview = client.post(IMPORT, {"pasted": TEXT.replace("\n", "\r\n"), "preview": "1"})
    client.post(IMPORT, {**hidden_fields(preview.content.decode()), "apply": "1"})

    assert Guide.objects.get().body.startswith("# Server cannot be reached\n")


def test_a_bad_file_is_refused_with_every_complaint_and_its_line(
    client: Client, guide: Guide
) -> None:
    bad = TEXT.replace("slug: connection", "slug: other\ncolour: red").replace(
        "probe: tcp", "probe: nope"
    )

    response = client.post(IMPORT, {"documents": [upload("bad.md", bad)], "preview": "1"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "bad.md:3" in html
    assert "bad.md:17" in html
    assert "there is no probe nope" in html
    assert 'name="apply"' not in html
    assert Guide.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status", "expected"),
    [
        ({"preview": "1"}, 400, "Choose files, or paste"),
        ({"documents": [upload("x.md", b"\xff\xfe\x00")]}, 422, "is not UTF-8"),
        ({"documents": [upload("x.md", b"---\n\x00\x01")]}, 422, "this is not a text file"),
        ({"documents": [upload("x.md", "x" * 5_000_000)]}, 400, "too large"),
        ({"apply": "1", "name": "a", "content": "%%%"}, 400, "damaged"),
        ({"apply": "1"}, 400, "Choose files, or paste"),
    ],
    ids=["nothing", "broken UTF-8", "binary", "5 MB", "damaged", "no preview"],
)
def test_what_is_no_import_is_refused(
    client: Client, data: dict[str, Any], status: int, expected: str
) -> None:
    response = client.post(IMPORT, data)

    assert response.status_code == status
    assert expected in response.content.decode()


def test_an_import_of_what_changed_meanwhile_is_shown_again(client: Client, guide: Guide) -> None:
    changed = TEXT.replace("Nothing runs", "Not started")
    preview = client.post(IMPORT, {"documents": [upload("a.md", changed)], "preview": "1"})
    theirs = TEXT.replace("title: Server cannot be reached", "title: Theirs")
    save_guide(guide_draft(theirs), by=None, source="import")

    response = client.post(IMPORT, {**hidden_fields(preview.content.decode()), "apply": "1"})

    assert "A guide was changed since you looked" in response.content.decode()
    guide.refresh_from_db()
    assert guide.title == "Theirs"


def test_importing_needs_its_permission_and_publishing_its_own(guide: Guide) -> None:
    assert staff_client("view_guide").get(IMPORT).status_code == 403
    User.objects.all().delete()
    importer = staff_client("view_guide", "import_guide")
    files = [upload("a.md", TEXT.replace("slug: connection", "slug: other"))]

    preview = importer.post(IMPORT, {"documents": files, "preview": "1"})
    importer.post(IMPORT, {**hidden_fields(preview.content.decode()), "apply": "1"})

    assert "comes in for review" in preview.content.decode()
    assert Guide.objects.get(slug="other").state == "in_review"
    assert b"Import guides" in importer.get(GUIDES).content


@pytest.mark.usefixtures("starter")
def test_starter_guides_open_and_save_in_the_admin(client: Client) -> None:
    guides = list(Guide.objects.all())
    assert len(guides) >= 3

    for guide in guides:
        cause = guide.causes.filter(evidence__isnull=False).first()
        for address in (f"{GUIDES}{guide.pk}/change/", f"/admin/kb/cause/{cause.pk}/change/"):
            response = client.post(address, form_of(client, address))
            assert response.status_code == 302, errors(response)
        assert guide.revisions.count() == 1
