"""A guide's article on its page: what fills its commands, by address, by form and by case."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kb.models import Guide, Investigation, Service
from kb.views.article import article_context
from tests.factories import make_guide, make_translation
from tests.pages.people import RESPONDER, person

pytestmark = pytest.mark.django_db

BODY = (
    "## Look {#look}\n\n```powershell\nnetstat -ano | findstr :8000\n```\n\n```bash\nkill 1234\n```"
)
PORT = {"type": "port", "default": 8000, "from": "port", "label": "Server port"}


@pytest.fixture
def guide() -> Guide:
    return make_guide("connection", body=BODY, parameters={"port": PORT, "path": {"type": "text"}})


def page(client: Client, query: str = "") -> str:
    return client.get(f"/g/connection/{query}").content.decode()


def test_a_value_in_the_address_fills_every_command(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)

    html = page(client, "?p.port=9000&p.pid=77")

    assert 'data-copy-text="netstat -ano | findstr :9000"' in html
    assert 'data-copy-text="kill 77"' in html
    assert 'name="p.port" value="9000" placeholder="8000"' in html


def test_only_what_fills_something_is_asked_for(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)
    names = re.findall(r'name="p\.(\w+)"', page(client))

    assert names == ["port", "pid"]
    Guide.objects.update(body="Nothing to run.")
    assert 'id="fill"' not in page(client)


def test_a_refused_value_is_said_at_its_field(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)

    html = page(client, "?p.port=8000;reboot&p.pid=77")

    assert 'id="fill-port-error">holds “;”, which could change what a command does' in html
    assert 'aria-invalid="true" aria-describedby="fill-port-error"' in html
    assert 'data-copy-text="netstat -ano | findstr :8000"' in html
    assert 'data-copy-text="kill 77"' in html


def test_a_label_is_in_the_language_of_the_text(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)
    names = {"parameters": {"port": "서버 포트"}}
    make_translation(guide, title="서버", body=BODY, names=names)
    client.cookies["django_language"] = "ko"

    assert '<label for="fill-port" lang="ko">서버 포트</label>' in page(client)


def test_the_chosen_system_is_there_from_the_first_paint(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)

    assert re.search(r'value="both" id="system-both" checked', page(client))
    client.cookies["system"] = "unix"
    assert re.search(r'value="unix" id="system-unix" checked', page(client))
    client.cookies["system"] = '"><script>'
    assert re.search(r'value="both" id="system-both" checked', page(client))


@pytest.fixture
def case() -> Investigation:
    return Investigation.objects.create(
        text="GET http://localhost:9100/ net::ERR_CONNECTION_REFUSED", fingerprint="x"
    )


def context(
    guide: Guide, case: Investigation | None, query: dict[str, str], client: Client
) -> dict:
    """What the page shows for a case."""
    request = client.get("/g/connection/", query).wsgi_request
    return article_context(request, guide, guide_text(guide), case)


def guide_text(guide: Guide) -> object:
    return type("Text", (), {"body": guide.body, "language": guide.language})


def test_in_a_case_its_values_fill_the_commands(
    client: Client, guide: Guide, case: Investigation
) -> None:
    person(client, *RESPONDER)

    shown = context(guide, case, {}, client)
    [port] = [field for field in shown["fields"] if field.name == "port"]

    assert (port.typed, port.is_known) == ("9100", True)
    assert "findstr :9100" in shown["article_html"]
    typed = context(guide, case, {"p.port": "9200"}, client)
    assert "findstr :9200" in typed["article_html"]
    emptied = context(guide, case, {"p.port": ""}, client)
    assert "findstr :8000" in emptied["article_html"]


def test_in_a_case_a_services_binding_counts_too(
    client: Client, guide: Guide, case: Investigation
) -> None:
    person(client, *RESPONDER)
    Service.objects.create(slug="api", name="API", bindings={"port": 9300})
    case.text, case.services = "no port here", ["api"]

    assert "findstr :9300" in context(guide, case, {}, client)["article_html"]


def test_the_page_asks_no_more_for_more_links_and_pictures(client: Client, guide: Guide) -> None:
    person(client, *RESPONDER)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(client)
        return len(seen)

    for number in range(6):
        make_guide(f"other-{number}", title=f"Other {number}")
    digests = [f"{number:064x}" for number in range(6)]
    Guide.objects.filter(slug="connection").update(
        body=f"[a](other-0.md) ![p](/pictures/{digests[0]}.png)"
    )
    queries()  # The first view of a process also learns the content types.
    few = queries()
    Guide.objects.filter(slug="connection").update(
        body="\n\n".join(f"[a](other-{n}.md) ![p](/pictures/{digests[n]}.png)" for n in range(6))
    )

    assert queries() == few
