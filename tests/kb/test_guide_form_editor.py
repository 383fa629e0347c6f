"""The split editor: the preview, what to look at in the text, rows without JavaScript, pictures."""
# ruff: noqa: F811 - fixtures that are imported are named again where they are asked for

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from kb.admin.editor import template_in
from kb.models import Guide, GuideImage, Investigation
from kb.services.guides.text_warnings import AboutText, warnings_of
from tests.kb.test_admin import (  # noqa: F401
    GUIDES,
    client,
    english,
    form_of,
    guide,
    queries,
    staff_client,
)

PREVIEW = f"{GUIDES}preview/"
PICTURE = f"{GUIDES}picture/"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("body", "about", "expected"),
    [
        ("a\n```\nls\n```", AboutText(), (2, "does not say its language")),
        ("```bash\nls", AboutText(), (1, "never closed")),
        ("# A {#x}\n\n## B {#x}", AboutText(), (3, "{#x} stands on more than one")),
        ("see\n[it](./gone.md)", AboutText(), (2, "no published guide gone")),
        ("![x](https://example.org/x.png)", AboutText(), (1, "another host")),
        ("# A", AboutText(sections={"fix": ["Start it"]}), (0, "{#fix}, where these point: Start it")),
        ("# A", AboutText(untranslated=["Korean"]), (0, "no translation yet: Korean")),
    ],
)  # fmt: skip
def test_each_warning_names_its_line(body: str, about: AboutText, expected: tuple) -> None:
    with translation.override("en"):
        (found,) = warnings_of(body, about)

    assert found.line == expected[0]
    assert expected[1] in found.said


def test_a_proper_text_has_no_warnings() -> None:
    body = (
        "# A {#a}\n\n````markdown\n```\nin a block: [x](gone.md) # B {#a}\n````\n\n"
        "[ok](here.md) ![x](/pictures/x.png) `![x](https://a/b.png)`\n"
    )

    assert warnings_of(body, AboutText(sections={"a": ["C"]}, guides={"here"})) == []


def test_the_template_is_written_in_the_guides_language() -> None:
    for language in ("en", "ko"):
        text = template_in(language)
        assert [text.count(f"{{#{name}}}") for name in ("symptoms", "diagnosis", "fix", "verify")] == [1] * 4  # fmt: skip
    assert template_in("en") != template_in("ko")


@pytest.mark.django_db
def test_the_form_opens_with_its_preview_and_warnings(client: Client, guide: Guide) -> None:
    Guide.objects.update(body=guide.body + "\n\n```\nls\n```\n")

    html = client.get(f"{GUIDES}{guide.pk}/change/").content.decode()

    assert "data-preview><h1" in html
    assert "does not say its language" in html
    assert 'aria-labelledby="preview-caption"' in html


@pytest.mark.django_db
def test_a_preview_reads_the_form_that_is_not_saved(client: Client, guide: Guide) -> None:
    data = form_of(client, f"{GUIDES}{guide.pk}/change/")
    data |= {"body": "## New {#new}\r\n\r\n<script>x</script>", "checks-0-section": "nowhere"}

    page = client.post(PREVIEW, {**data, "_guide": str(guide.pk)}).content.decode()

    assert '<h2 id="new">New</h2>' in page
    assert "<script" not in page
    assert "{#nowhere}" in page
    assert "{#step-2}, where these point: Start it" in page.replace("file, ", "")
    assert "step" in Guide.objects.get().body


@pytest.mark.django_db
def test_without_javascript_the_form_comes_back_with_its_preview(
    client: Client,
    guide: Guide,
) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(client, address) | {"body": "## Typed {#typed}", "title": "", "_preview": "1"}

    response = client.post(address, data)

    html = response.content.decode()
    assert response.status_code == 200
    assert '<h2 id="typed">Typed</h2>' in html
    assert "errornote" not in html
    assert guide.revisions.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", ["symptoms", "causes", "checks", "translations"])
def test_without_javascript_a_row_is_added_and_the_rest_stays(
    client: Client,
    guide: Guide,
    rows: str,
) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(client, address)
    before = int(data[f"{rows}-TOTAL_FORMS"])

    html = client.post(address, {**data, "summary": "kept", f"_row_{rows}": "1"}).content.decode()

    assert f'name="{rows}-{before}-id"' in html
    assert "kept" in html
    assert "errornote" not in html
    assert guide.revisions.count() == 1


@pytest.mark.django_db
def test_a_pasted_picture_is_stored_and_named_for_the_text(client: Client) -> None:
    picture = SimpleUploadedFile("x.png", PNG, content_type="image/png")

    answer = client.post(PICTURE, {"picture": picture})

    assert answer.json() == {"address": f"/pictures/{GuideImage.objects.get().sha256}.png"}
    assert client.get(answer.json()["address"]).status_code == 200


@pytest.mark.django_db
def test_what_is_no_picture_is_refused_in_words(client: Client) -> None:
    answer = client.post(PICTURE, {"picture": SimpleUploadedFile("x.png", b"<svg/>")})

    assert (answer.status_code, GuideImage.objects.count()) == (422, 0)
    assert "PNG" in answer.json()["error"]
    assert client.post(PICTURE).status_code == 400


@pytest.mark.django_db
def test_pictures_and_previews_need_their_rights(guide: Guide) -> None:
    viewer = staff_client("view_guide")
    nobody = Client()
    other = User.objects.create_user("other", is_staff=True)
    nobody.force_login(other)

    assert viewer.post(PICTURE, {"picture": SimpleUploadedFile("x.png", PNG)}).status_code == 403
    assert viewer.post(PREVIEW, {"body": "x"}).status_code == 200
    assert nobody.post(PREVIEW, {"body": "x"}).status_code == 403
    other.user_permissions.add(Permission.objects.get(codename="change_guide"))
    assert nobody.post(PICTURE, {"picture": SimpleUploadedFile("x.png", PNG)}).status_code == 200


@pytest.mark.django_db
def test_the_sections_say_how_many_rows_and_errors_they_hold(client: Client, guide: Guide) -> None:
    address = f"{GUIDES}{guide.pk}/change/"
    data = form_of(client, address)

    html = client.post(address, {**data, "causes-1-weight": "x", "title": ""}).content.decode()

    bar = html.partition('class="form-sections"')[2].partition("</nav>")[0]
    assert bar.count("has-errors") == 2
    assert '#causes-group" class="has-errors">Causes <span class="count">2</span>' in bar


@pytest.mark.django_db
def test_the_form_opens_within_few_queries(client: Client, guide: Guide) -> None:
    Investigation.objects.create(text="ERR", fingerprint="v1:x")

    assert queries(client, f"{GUIDES}{guide.pk}/change/") <= 27
    cause = guide.causes.first()
    assert queries(client, f"/admin/kb/cause/{cause.pk}/change/") <= 14


@pytest.mark.django_db
def test_the_first_guides_form_says_how_to_begin(client: Client) -> None:
    html = client.get(f"{GUIDES}add/").content.decode()

    assert "Write your first guide" in html
    assert "slug: disk-full" in html
