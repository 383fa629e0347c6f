"""What stands first on a results page, where it leads, and what it no longer offers."""

import re

import pytest
from django.test import Client

from incidents.models import Incident
from kb.models import Investigation
from kb.services.diagnosing.filling import filled_command
from kb.services.diagnosing.first_commands import first_command
from tests.factories import make_guide
from tests.kb.unreachable import make_unreachable
from tests.pages.people import RESPONDER, person
from tests.pages.test_results import paste, read

pytestmark = pytest.mark.django_db

TEXT = "GET http://localhost:8123/ net::ERR_CONNECTION_REFUSED"


@pytest.fixture
def found(client: Client) -> Investigation:
    make_unreachable()
    person(client, *RESPONDER)
    return paste(client, TEXT)


def test_cause_reason_and_next_check_stand_in_this_order_in_the_first_card(
    client: Client, found: Investigation
) -> None:
    page = read(client, found)

    card = page[page.index('class="plain causes"') :].partition("</li>\n<li")[0]
    places = [card.index(words) for words in ("<h3>", "speaks strongly for it", "Next check")]
    assert places == sorted(places)
    assert page.count("button primary") == 2  # Find fixes in the folded paste, and the check.


def test_what_was_read_from_the_paste_stands_beside_the_button_and_folds(
    client: Client, found: Investigation
) -> None:
    page = read(client, found)

    assert '<details class="values" id="values">' in page
    assert "read from the paste" in page


def test_links_into_a_guide_carry_the_case(client: Client, found: Investigation) -> None:
    links = re.findall(r'href="(/g/connection/[^"]*)"', read(client, found))

    assert links
    assert all(f"?case={found.public_id}" in link for link in links)


def test_case_with_an_incident_leads_to_it_and_offers_no_second(
    client: Client, found: Investigation
) -> None:
    log = f"/incidents/new/?from={found.public_id}"
    assert log in read(client, found)

    incident = Incident.objects.create(title="Shop down", investigation=found)

    page = read(client, found)
    assert log not in page
    assert f'<a href="{incident.get_absolute_url()}">Shop down</a>' in page


def test_unknown_error_with_an_incident_opens_it(client: Client) -> None:
    person(client, *RESPONDER)
    unknown = paste(client, "flux capacitor drained")
    incident = Incident.objects.create(title="Flux", investigation=unknown)

    page = read(client, unknown)

    assert "Log an incident with this text" not in page
    assert f'class="button primary" href="{incident.get_absolute_url()}"' in page


BODY = """\
## Reset {#reset}

```text
not a command
```

```bash
docker compose down
```

Wrong:

```bash
# do not run
uvicorn app:app
```

```bash
$ docker ps
CONTAINER ID
```

## Folder {#folder}

```bash
cd apps/shop
rm -rf cache
pip check
```

## Nothing {#nothing}
"""


@pytest.mark.parametrize(
    ("section", "said"),
    [("reset", "docker ps"), ("folder", "cd apps/shop\npip check"), ("nothing", ""), ("", "")],
)
def test_first_command_is_one_that_throws_nothing_away(section: str, said: str) -> None:
    command = first_command(make_guide("reset", body=BODY), section)

    assert (command.text if command else "") == said


FILLED = """\
## Start {#start}

```bash
uvicorn app.main:app --host 0.0.0.0 --port 8000
```
"""


def test_first_command_is_filled_with_what_the_case_knows() -> None:
    port = {"type": "port", "default": 8000, "label": "Port"}
    guide = make_guide("start", body=FILLED, parameters={"port": port})
    command = first_command(guide, "start").text

    assert filled_command(command, guide, {"port": "38501"}).endswith("0.0.0.0 --port 38501")
    assert filled_command(command, guide, {"port": "1; rm -rf /"}) == command
    assert filled_command(command, guide, {}) == command
