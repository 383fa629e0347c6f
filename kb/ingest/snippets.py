"""Single entries of the front matter, for forms: YAML (so JSON too) in, stored values out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import yaml

from kb.ingest.complaints import BadGuide, Report
from kb.ingest.drafts import Plain
from kb.ingest.fields import Field
from kb.ingest.guide_fields import PARAMETER_KEYS, read_parameter, read_when
from kb.ingest.reading import read_names
from kb.ingest.strict_yaml import compose
from kb.ingest.writing import condition_entry, flow_lines, in_order, parameter_entry

Value = TypeVar("Value")


def parse_when(text: str) -> dict[str, dict[str, Any]]:
    """Evidence's condition: `{listener: not_listening, outside: refused}`. Raises BadGuide."""
    return _read(text, read_when)


def parse_parameter_entries(text: str) -> dict[str, dict[str, Any]]:
    """A guide's parameters as they are stored: `port: {type: port, default: 8000}`.

    Raises BadGuide.
    """
    return _read(
        text, lambda top: {name: parameter_entry(read_parameter(i)) for name, i in top.names()}
    )


def parse_values(text: str) -> dict[str, Plain]:
    """Values by name: `{port: "${port}"}`. Raises BadGuide."""
    return _read(text, lambda top: {name: item.plain() for name, item in top.names()})


def parse_names(text: str) -> dict[str, dict[str, str]]:
    """A translation's own words: `causes: {not-running: …}`. Raises BadGuide."""
    return _read(text, read_names)


def dump_when(when: Mapping[str, Mapping[str, Any]]) -> str:
    return flow_lines({check: condition_entry(when[check]) for check in sorted(when)})


def dump_parameter_entries(entries: Mapping[str, Mapping[str, Any]]) -> str:
    return flow_lines({name: _in_file_order(entries[name]) for name in sorted(entries)})


def _in_file_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in PARAMETER_KEYS if key in entry}


def dump_mapping(mapping: Mapping[str, Any]) -> str:
    return flow_lines(in_order(mapping))


def _read(text: str, read: Callable[[Field], Value]) -> Value:
    report = Report()
    root = compose(text, report, first_line=1)
    if root is None and not report.complaints:
        root = yaml.MappingNode("tag:yaml.org,2002:map", [])
    if root is None:
        raise BadGuide(report.complaints)
    value = read(Field(root, "", report, 1, 1))
    if report.complaints:
        raise BadGuide(report.complaints)
    return value
