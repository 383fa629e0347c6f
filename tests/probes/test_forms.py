"""What a person types into the form of a kind, as the kind reads it."""

import pytest

from probes.engine.registry import KINDS, validate
from probes.forms import as_text, from_text

ARGUMENTS = next(param for param in KINDS["nagios"].params if param.name == "arguments")
PORT = KINDS["port_listen"].params[0]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("${state}", ["${state}"]),
        ("-H\n${host}\n", ["-H", "${host}"]),
        ("-w\n20%", ["-w", "20%"]),
    ],
)
def test_arguments_are_one_per_line_also_a_single_open_one(typed: str, read: list[str]) -> None:
    assert from_text(ARGUMENTS, typed) == read
    assert from_text(ARGUMENTS, as_text(ARGUMENTS, read)) == read
    assert validate("nagios", {"plugin": "p", "arguments": read}, placeholders=True)


def test_placeholder_elsewhere_stands_for_the_whole_value() -> None:
    assert from_text(PORT, "${port}") == "${port}"
