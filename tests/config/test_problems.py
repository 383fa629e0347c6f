"""Every error under /api/ has one shape, whoever made it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, IntegerField, Serializer
from rest_framework.views import APIView

from config import urls
from config.problem_codes import CODE_OF_STATUS, CODES
from tests.api.conftest import key_client

pytestmark = pytest.mark.django_db


class Inner(Serializer):
    port = IntegerField(max_value=65535)


class Outer(Serializer):
    name = CharField()
    inner = Inner(many=True)


class Trial(APIView):
    """A view that only this test has: it validates, crashes or throttles as asked."""

    required_permissions = {"POST": "kb.match_text", "GET": "kb.match_text"}

    def get(self, request: Request) -> Response:
        if "wait" in request.query_params:
            raise exceptions.Throttled(wait=7)
        raise RuntimeError("a bug")

    def post(self, request: Request) -> Response:
        Outer(data=request.data).is_valid(raise_exception=True)
        return Response({})


@pytest.fixture
def trial_address(settings: object) -> Iterator[str]:
    import types

    module = types.ModuleType("trial_urls")
    vars(module).update({key: value for key, value in vars(urls).items() if "handler" in key})
    module.urlpatterns = [path("api/trial", Trial.as_view()), *urls.urlpatterns]
    settings.ROOT_URLCONF = module
    yield "/api/trial"


def problem(answer: object) -> tuple[int, str, str]:
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["title"] and body["detail"]
    return answer.status_code, body["code"], body["instance"]


def test_validation_names_every_value_by_its_pointer(trial_address: str) -> None:
    body = {"inner": [{"port": 1}, {"port": "many"}]}

    answer = key_client("kb.match_text").post(trial_address, body, format="json")

    assert problem(answer) == (400, "invalid", trial_address)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/name", "required"),
        ("/inner/1/port", "invalid"),
    ]


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b"{not json", "application/json", (400, "parse_error")),
        (b'{"name": "\xff"}', "application/json", (400, "parse_error")),
        (b"<a/>", "application/xml", (415, "unsupported_media_type")),
        (b"x" * 5_000_000, "application/json", (413, "too_large")),
        (b"[1, 2]", "application/json", (400, "invalid")),
        (b"", "application/json", (400, "invalid")),
    ],
    ids=["broken JSON", "broken UTF-8", "unknown type", "5 MB", "a list", "empty"],
)
def test_unusable_body_is_a_clear_4xx(
    trial_address: str, body: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    answer = key_client("kb.match_text").generic("POST", trial_address, body, media_type)

    assert problem(answer)[:2] == expected


def test_crash_is_a_problem_and_tells_nothing_of_the_inside(trial_address: str) -> None:
    client = key_client("kb.match_text")
    client.raise_request_exception = False

    answer = client.get(trial_address)

    assert problem(answer) == (500, "server_error", trial_address)
    assert "a bug" not in answer.content.decode()


def test_throttled_says_how_long(trial_address: str) -> None:
    answer = key_client("kb.match_text").get(f"{trial_address}?wait")

    assert problem(answer)[:2] == (429, "throttled")
    assert answer["Retry-After"] == "7"


def test_wrong_method_is_405_and_unacceptable_form_406(trial_address: str) -> None:
    client = key_client("kb.match_text")
    unacceptable = client.get(trial_address, headers={"Accept": "image/png"})

    assert problem(client.delete(trial_address))[:2] == (405, "method_not_allowed")
    assert problem(unacceptable)[:2] == (406, "not_acceptable")


def test_refused_key_is_told_what_to_do(trial_address: str) -> None:
    headers = {"Authorization": "Bearer kb_nope", "Accept-Language": "en"}

    body = Client().get(trial_address, headers=headers).json()

    assert "revoked" in body["detail"]


def test_unknown_address_is_a_problem_and_elsewhere_a_page(client: Client) -> None:
    assert problem(client.get("/api/v1/nothing"))[:2] == (404, "not_found")
    assert client.get("/nothing/at/all")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("address", ["/api/v1/guides/%00", "/api/v1/guides?q=%00", "/i/%00/"])
def test_nul_in_an_address_is_refused_before_a_database_sees_it(address: str) -> None:
    assert key_client("kb.view_guide").get(address).status_code == 400


def test_without_a_key_and_with_a_wrong_one_is_401(client: Client, trial_address: str) -> None:
    wrong = client.get(trial_address, headers={"Authorization": "Bearer kb_nope"})

    assert problem(client.get(trial_address))[:2] == (401, "not_authenticated")
    assert problem(wrong)[:2] == (401, "authentication_failed")
    assert wrong["WWW-Authenticate"].startswith("Bearer")


def test_key_without_the_scope_is_403_though_its_user_may(trial_address: str) -> None:
    client = key_client("kb.view_guide")
    User.objects.update(is_superuser=True)

    assert problem(client.get(trial_address))[:2] == (403, "permission_denied")


def test_texts_follow_the_language_and_codes_do_not(client: Client) -> None:
    answer = client.get("/api/nothing", headers={"Accept-Language": "en"})

    assert answer.json()["title"] == "There is nothing here"
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_its_page(client: Client, code: str) -> None:
    answer = client.get(f"/problems/{code}", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert str(CODES[code].title) in answer.content.decode() or "&#x27;" in answer.content.decode()


def test_every_status_leads_to_a_code_with_a_page() -> None:
    assert set(CODE_OF_STATUS.values()) <= set(CODES)


def test_schema_and_its_page_are_served(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/docs/").status_code == 200


def test_health_says_alive_and_ready(client: Client) -> None:
    assert client.get("/health/live").content == b"alive\n"
    assert client.get("/health/ready").content == b"ready\n"
