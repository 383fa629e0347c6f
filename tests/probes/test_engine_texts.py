"""No sentence of the engine that a person reads is missing in Korean."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from probes.engine.registry import KINDS
from probes.engine_texts import COMPLAINTS, translated

SHOWN = sorted(
    {
        text
        for kind in KINDS.values()
        for text in (
            kind.title,
            kind.help,
            *(param.help for param in kind.params),
            *kind.facts.values(),
        )
        if text
    }
)


@pytest.mark.parametrize("text", SHOWN)
def test_text_of_a_kind_is_there_in_korean(text: str) -> None:
    with override("ko"):
        assert translated(text) != text


def _fixed_complaints(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    raised = [call.args[0] for call in calls if getattr(call.func, "id", "") == "ValueError"]
    return [node.value for node in raised if isinstance(node, ast.Constant)]


def test_complaint_without_a_variable_part_can_be_translated() -> None:
    found = _fixed_complaints(Path(settings.BASE_DIR, "probes/engine/values.py").read_text())

    assert "must be a port from 1 to 65535" in found
    assert set(found) <= COMPLAINTS
