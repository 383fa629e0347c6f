"""The examples of README.md and docs/api.md do what the text says, on starter content."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from config.first_run import TERMINAL_SCOPES, make_key
from kb.models import Guide
from tests.documentation.commands import Block, Shell, blocks, differences, lines
from tests.flows.person import work
from tests.starter import put_starter_content

pytestmark = pytest.mark.django_db

ROOT = Path(settings.BASE_DIR)
FILES = (*ROOT.glob("kb/starter/*.md"), *ROOT.glob("docs/examples/*.md"))
# Refused on purpose: the text says what is missing.
REFUSED = ("needs_confirmation", "invalid")


@pytest.fixture
def base(settings) -> None:
    """Starter content, spoken of in English."""
    put_starter_content()
    settings.LANGUAGE_CODE = "en"


def client_with(*scopes: str) -> APIClient:
    """The administrator's, with a key that may do this and nothing else."""
    user = User.objects.create_superuser("admin")
    _key, secret = make_key("documents", user=user, scopes=scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def walked(shell: Shell, found: list[Block]) -> list[str]:
    """Run every block in order; what is not as written."""
    wrong: list[str] = []
    for block in found:
        if block.language == "json" and shell.answer is not None:
            wrong += differences(json.loads(block.text), shell.answer.json())
        elif block.language != "json":
            for line in lines(block.text):
                wrong += _refused(line, shell.run(line))
    return wrong


def _refused(line: str, answer) -> list[str]:
    if answer is None or answer.status_code < 400:
        return []
    code = answer.json()["code"]
    return [] if code in REFUSED else [f"{line[:90]}: {answer.status_code} {answer.content}"]


@pytest.mark.usefixtures("base")
def test_examples_of_the_api_work_in_their_order_with_the_key_they_ask_for() -> None:
    document = ROOT / "docs" / "api.md"
    client = client_with(*re.findall(r"--scope (\S+)", document.read_text()))
    shell = Shell(client=client, files=FILES, meanwhile=work)

    assert walked(shell, blocks(document)) == []

    assert {"ID", "BATCH", "INCIDENT"} <= shell.variables.keys()
    batch = client.get(f"/api/v1/batches/{shell.variables['BATCH']}").json()
    assert batch["state"] == "done"
    assert all(item["run"]["status"] for item in batch["items"])


@pytest.mark.usefixtures("base")
def test_examples_of_the_readme_work_with_the_key_of_a_first_start() -> None:
    shell = Shell(client=client_with(*TERMINAL_SCOPES), files=FILES)

    assert walked(shell, blocks(ROOT / "README.md")) == []
    assert shell.answer is not None


@pytest.mark.usefixtures("base")
def test_example_guide_is_imported_as_it_is() -> None:
    client = client_with("kb.import_guide", "kb.publish_guide")
    text = (ROOT / "docs/examples/redis-refused.md").read_bytes()

    answer = client.generic("POST", "/api/v1/import", text, content_type="text/markdown")

    assert answer.json()["warnings"] == []
    assert Guide.objects.get(slug="redis-refused").causes.count() == 3
