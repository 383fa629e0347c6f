"""Front matter to YAML nodes: only what reads the same for a person and every parser."""

from collections.abc import Iterator

import yaml

from kb.ingest.complaints import Report, gettext_noop

MAX_DEPTH = 12
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ALIAS = gettext_noop("aliases (*name) are not allowed: write the value out")
_ANCHOR = gettext_noop("anchors (&name) are not allowed: write the value out")
_TAG = gettext_noop("tags (%(tag)s) are not allowed")
_DEEP = gettext_noop("nested more than %(most)s levels deep")
_SYNTAX = gettext_noop("not valid YAML: %(problem)s")
_DOCUMENTS = gettext_noop("front matter holds one YAML document")
_NOT_MAPPING = gettext_noop("front matter must be a list of `key: value` lines")


def compose(text: str, report: Report, *, first_line: int) -> yaml.MappingNode | None:
    """The document's root, or None with complaints. `first_line` is the text's line in the file.

    Nothing is composed before the events were looked at, so an alias bomb or a deep nest
    costs no more than its own length.
    """
    before = len(report.complaints)
    try:
        _look_at_events(text, report, first_line=first_line)
        if len(report.complaints) > before:
            return None
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as exc:
        _complain_of_syntax(exc, report, first_line=first_line)
        return None
    if not isinstance(root, yaml.MappingNode):
        report.complain(first_line, "", _NOT_MAPPING)
        return None
    return root


def _look_at_events(text: str, report: Report, *, first_line: int) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        for template, values in _complaints_about(event):
            report.complain(line, "", template, **values)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if documents > 1:
            report.complain(line, "", _DOCUMENTS)
            return
        if depth > MAX_DEPTH:
            report.complain(line, "", _DEEP, most=MAX_DEPTH)
            return


def _complaints_about(event: yaml.Event) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(event, yaml.AliasEvent):
        yield _ALIAS, {}
    elif getattr(event, "anchor", None) is not None:
        yield _ANCHOR, {}
    if (tag := getattr(event, "tag", None)) is not None:
        yield _TAG, {"tag": tag}


def _complain_of_syntax(exc: yaml.YAMLError, report: Report, *, first_line: int) -> None:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or str(exc)
    line = first_line + (mark.line if mark else 0)
    report.complain(line, "", _SYNTAX, problem=problem)
