"""The API describes itself without a gap."""

from pathlib import Path

import yaml
from django.core.management import call_command


def test_the_description_is_valid_and_nothing_in_it_was_guessed(tmp_path: Path) -> None:
    file = tmp_path / "schema.yaml"

    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)

    described = yaml.safe_load(file.read_text())
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/match" in described["paths"]
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
