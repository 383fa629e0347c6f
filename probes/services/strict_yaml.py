"""Reads YAML that means the same to a person and to every parser: text keys, nothing clever."""

from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _

from probes.services.errors import YamlComplaint

MAX_CHARS = 500_000
MAX_DEPTH = 12
_TEXT_TAG = "tag:yaml.org,2002:str"


def read_mapping(text: str) -> tuple[dict[str, Any], dict[str, int], list[YamlComplaint]]:
    """The top mapping, the line of each of its keys, and everything that is wrong.

    Nothing is composed before the events were looked at, so an alias bomb or a deep nest costs
    no more than its own length.
    """
    if len(text) > MAX_CHARS:
        too_long = _("The file is longer than %(most)d characters.") % {"most": MAX_CHARS}
        return {}, {}, [YamlComplaint(line=0, field="", message=too_long)]
    try:
        complaints = list(_complaints_about_events(text))
        root = None if complaints else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return {}, {}, [_syntax(error)]
    if complaints:
        return {}, {}, complaints
    if not isinstance(root, yaml.MappingNode):
        shape = _("The file must hold `slug: definition` entries.")
        return {}, {}, [YamlComplaint(line=1, field="", message=shape)]
    if complaints := list(_complaints_about_keys(root)):
        return {}, {}, complaints
    lines = {key.value: key.start_mark.line + 1 for key, _value in root.value}
    try:
        return yaml.SafeLoader("").construct_document(root), lines, []
    except (yaml.YAMLError, ValueError) as error:
        # For example a date that does not exist: 2026-02-31.
        return {}, {}, [YamlComplaint(line=0, field="", message=str(error))]


def _complaints_about_events(text: str) -> Iterator[YamlComplaint]:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        for message in _messages_about(event):
            yield YamlComplaint(line=line, field="", message=message)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if documents > 1:
            yield YamlComplaint(line=line, field="", message=_("Only one document is allowed."))
            return
        if depth > MAX_DEPTH:
            deep = _("Nested more than %(most)d levels deep.") % {"most": MAX_DEPTH}
            yield YamlComplaint(line=line, field="", message=deep)
            return


def _messages_about(event: yaml.Event) -> Iterator[str]:
    if isinstance(event, yaml.AliasEvent):
        yield _("Aliases (*name) are not allowed: write the value out.")
    elif getattr(event, "anchor", None) is not None:
        yield _("Anchors (&name) are not allowed: write the value out.")
    if (tag := getattr(event, "tag", None)) is not None:
        yield _("Tags (%(tag)s) are not allowed.") % {"tag": tag}


def _complaints_about_keys(node: yaml.Node) -> Iterator[YamlComplaint]:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _complaints_about_keys(entry)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag != _TEXT_TAG:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            yield YamlComplaint(line=line, field=name, message=_("A key must be text: quote it."))
            continue
        if key.value in seen:
            message = _("This key was given before.")
            yield YamlComplaint(line=line, field=key.value, message=message)
        seen.add(key.value)
        yield from _complaints_about_keys(value)


def _syntax(error: yaml.YAMLError) -> YamlComplaint:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    message = _("This is not valid YAML: %(problem)s.") % {"problem": problem}
    return YamlComplaint(line=mark.line + 1 if mark else 0, field="", message=message)
