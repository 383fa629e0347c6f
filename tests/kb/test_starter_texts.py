"""What comes with the product reads in the reader's language."""

import yaml
from django.utils import translation

from kb.services.guides.starter import STARTER
from kb.starter_texts import PROBE_NAMES
from probes.templatetags.states import probe_name


def test_every_probe_of_the_starter_has_a_name_to_translate() -> None:
    definitions = yaml.safe_load((STARTER / "probes.yaml").read_text(encoding="utf-8"))

    assert {definition["name"] for definition in definitions.values()} == PROBE_NAMES


def test_a_probe_of_the_starter_is_named_in_korean() -> None:
    with translation.override("ko"):
        assert probe_name("The port is free") == "포트가 비어 있음"


def test_a_name_of_the_teams_own_stays_as_written() -> None:
    with translation.override("ko"):
        assert probe_name("Billing answers") == "Billing answers"
