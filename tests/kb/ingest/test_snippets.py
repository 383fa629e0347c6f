"""Single entries as forms show and read them."""

from typing import Any

import pytest

from kb.ingest import BadGuide
from kb.ingest.snippets import (
    dump_mapping,
    dump_parameter_entries,
    dump_when,
    parse_names,
    parse_parameter_entries,
    parse_values,
    parse_when,
)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("listener: not_listening", {"listener": {"reason": ["not_listening"]}}),
        ("a: [x, y]\nb: {status: OK}", {"a": {"reason": ["x", "y"]}, "b": {"status": ["OK"]}}),
        ('{"a": {"reason": ["x"], "facts": {"n": 1}}}', {"a": {"reason": ["x"], "facts": {"n": 1}}}),
    ],
    ids=["a code", "several", "JSON"],
)  # fmt: skip
def test_a_condition_is_read_as_it_is_written(text: str, when: dict[str, Any]) -> None:
    assert parse_when(text) == when
    assert parse_when(dump_when(when)) == when


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "front matter must be"),
        ("[a]", "front matter must be"),
        ("{}", "needs at least one check"),
        ("a: {colour: red}", "is not known here"),
        ("a: {status: UNKNOWN}", "UNKNOWN is not one of"),
        ("{a: b", "not valid YAML"),
        ("a: &x b", "anchors"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadGuide, match=message):
        parse_when(text)


def test_parameters_values_and_names_are_read_back_as_shown() -> None:
    parameters = {"port": {"type": "port", "default": 8000, "from": "port"}}
    values = {"port": "${port}", "on": "no", "list": [1, "a"]}
    names = {"causes": {"not-running": "실행 안 됨: 꺼짐"}}

    assert parse_parameter_entries(dump_parameter_entries(parameters)) == parameters
    assert dump_parameter_entries(parameters) == "port: {type: port, default: 8000, from: port}"
    assert parse_values(dump_mapping(values)) == values
    assert parse_names(dump_mapping(names)) == names
    assert dump_mapping(values) == "list: [1, a]\n'on': 'no'\nport: ${port}"
