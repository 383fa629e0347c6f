"""An incident's draft to its file's text: the inverse of reading."""

import datetime
import io
from typing import Any

import yaml

from incidents.ingest.drafts import (
    ActionItemDraft,
    AttemptDraft,
    ConclusionDraft,
    IncidentDraft,
    NoteDraft,
    StatusChangeDraft,
)
from kb.ingest.writing import given, in_order, unless

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def dump(draft: IncidentDraft) -> str:
    """The file that reads as this draft. What is a default is left out; the body is untouched.

    An omitted moment is that of what stands around it: an attempt's is the incident's start.
    """
    return f"---\n{_yaml(_incident(draft))}---\n{draft.body}"


class _Dumper(yaml.SafeDumper):
    """Long texts as they read, moments in UTC, lists of names on their line."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML itself falls back to quotes where a block would not read back the same.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


def _moment(dumper: yaml.SafeDumper, moment: datetime.datetime) -> yaml.ScalarNode:
    utc = moment.astimezone(datetime.UTC).isoformat()
    return dumper.represent_scalar(_TIMESTAMP, utc.replace("+00:00", "Z"))


def _names(dumper: yaml.SafeDumper, names: frozenset[str]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", sorted(names), flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(datetime.datetime, _moment)
_Dumper.add_representer(frozenset, _names)


def _yaml(front: dict[str, Any]) -> str:
    # PyYAML folds what is wider than `width`; a folded line is harder to compare than a long one.
    text = io.StringIO()
    yaml.dump(
        front,
        text,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=1_000_000,
    )
    return text.getvalue()


def _incident(draft: IncidentDraft) -> dict[str, Any]:
    return {
        "incident": draft.incident,
        **given(language=draft.language),
        "title": draft.title,
        "status": draft.status,
        "severity": draft.severity,
        **given(
            environment=draft.environment,
            services=draft.services,
            guides=draft.guides,
            reporter=draft.reporter,
            assignee=draft.assignee,
        ),
        "started_at": draft.started_at,
        **unless(draft.started_at, recorded_at=draft.recorded_at),
        **given(
            resolved_at=draft.resolved_at,
            closed_at=draft.closed_at,
            merged_into=draft.merged_into,
            resolution_kind=draft.resolution_kind,
            known_error=draft.known_error,
            from_guide=draft.from_guide,
            symptom=draft.symptom,
            typed=in_order(draft.typed),
        ),
        **_parts(draft),
    }


def _parts(draft: IncidentDraft) -> dict[str, Any]:
    start, end = draft.started_at, draft.conclusion
    return {
        **given(
            status_changes=[_change(one, start) for one in draft.status_changes],
            attempts=[_attempt(one, start) for one in draft.attempts],
            notes=[_note(one, start) for one in draft.notes],
            action_items=[_action_item(one, start) for one in draft.action_items],
        ),
        **({} if end is None else {"conclusion": _conclusion(end, start)}),
    }


def _change(draft: StatusChangeDraft, start: datetime.datetime) -> dict[str, Any]:
    return {
        "was": draft.was,
        "became": draft.became,
        **unless(start, at=draft.at),
        **unless(draft.at, recorded_at=draft.recorded_at),
        **given(by=draft.by),
    }


def _attempt(draft: AttemptDraft, start: datetime.datetime) -> dict[str, Any]:
    return {
        "what": draft.what,
        "outcome": draft.outcome,
        **unless(start, at=draft.at),
        **given(
            resolution=draft.resolution, addresses=draft.addresses, note=draft.note, by=draft.by
        ),
    }


def _note(draft: NoteDraft, start: datetime.datetime) -> dict[str, Any]:
    return {
        **unless(start, occurred_at=draft.occurred_at),
        **unless(draft.occurred_at, recorded_at=draft.recorded_at),
        **given(author=draft.author),
        "text": draft.text,
    }


def _action_item(draft: ActionItemDraft, start: datetime.datetime) -> dict[str, Any]:
    return {
        "what": draft.what,
        **unless(start, recorded_at=draft.recorded_at),
        **given(
            horizon=draft.horizon,
            owner=draft.owner,
            due=draft.due,
            done_at=draft.done_at,
            done_by=draft.done_by,
            detail=draft.detail,
        ),
    }


def _conclusion(draft: ConclusionDraft, start: datetime.datetime) -> dict[str, Any]:
    return {
        **unless(start, at=draft.at),
        **given(
            cause=draft.cause,
            resolution=draft.resolution,
            confirmation=draft.confirmation,
            by=draft.by,
        ),
    }
