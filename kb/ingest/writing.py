"""A draft to its file's text: the inverse of reading."""

import io
from collections.abc import Mapping
from typing import Any

import yaml

from kb.ingest.drafts import (
    CauseDraft,
    CheckDraft,
    EvidenceDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
    TranslationDraft,
)


def dump(draft: GuideDraft | TranslationDraft) -> str:
    """The file that reads as this draft. What is a default is left out; the body is untouched."""
    front = _translation(draft) if isinstance(draft, TranslationDraft) else _guide(draft)
    return f"---\n{_yaml(front)}---\n{draft.body}"


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, and writes a value out instead of pointing at it."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _yaml(front: Mapping[str, Any]) -> str:
    """Leaf collections stand on one line, as people write them; the top never does."""
    # PyYAML folds what is wider than `width`; a folded line is harder to compare than a long one.
    text = io.StringIO()
    dumper = _Dumper(
        text, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100_000
    )
    dumper.open()
    root = dumper.represent_dict(front)
    root.flow_style = False
    dumper.serialize(root)
    dumper.close()
    return text.getvalue()


def flow_lines(entries: Mapping[str, Any]) -> str:
    """One entry per line, each value on its line: how a form shows a mapping."""
    return "".join(f"{_flow(key)}: {_flow(value)}\n" for key, value in entries.items()).rstrip()


def _flow(value: Any) -> str:
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=True,
        width=100_000,
    )
    return str(text).removesuffix("...\n").strip()


def _guide(draft: GuideDraft) -> dict[str, Any]:
    return {
        "slug": draft.slug,
        "language": draft.language,
        "title": draft.title,
        **given(summary=draft.summary),
        **unless("published", state=draft.state),
        **given(services=sorted(draft.services), review_after=draft.review_after),
        **given(
            parameters={name: parameter_entry(draft.parameters[name]) for name in _sorted(draft)},
            symptoms={symptom.slug: _symptom(symptom) for symptom in draft.symptoms},
            checks={check.slug: _check(check) for check in draft.checks},
            causes={cause.slug: _cause(cause) for cause in draft.causes},
        ),
    }


def _sorted(draft: GuideDraft) -> list[str]:
    # PostgreSQL's jsonb keeps no order, so the file must not depend on one.
    return sorted(draft.parameters)


def parameter_entry(draft: ParameterDraft) -> dict[str, Any]:
    default = {} if draft.default is None else {"default": draft.default}
    return {
        "type": draft.type,
        **default,
        **given(**{"from": draft.read_from}, required=draft.required, label=draft.label),
    }


def _symptom(draft: SymptomDraft) -> dict[str, Any]:
    return {
        **given(
            phrases=list(draft.phrases),
            pattern=draft.pattern,
            language=draft.language,
            explained_by=sorted(draft.explained_by),
            suggests=dict(sorted(draft.suggests.items())),
        ),
        **unless("document", provenance=draft.provenance),
    }


def _check(draft: CheckDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "probe": draft.probe,
        **given(**{"with": in_order(draft.values)}),
        **unless("target", at=draft.role),
        **given(section=draft.section, baseline=draft.baseline, schedule=draft.schedule),
        **unless("document", provenance=draft.provenance),
    }


def _cause(draft: CauseDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        **given(section=draft.section),
        **unless("suspected", standing=draft.standing),
        **unless(1.0, weight=_short(draft.weight)),
        **given(refines=draft.refines),
        **unless("document", provenance=draft.provenance),
        **given(
            evidence=[_evidence(evidence) for evidence in draft.evidence],
            resolutions={item.slug: _resolution(item) for item in draft.resolutions},
        ),
    }


def _short(weight: float) -> float | int:
    return int(weight) if weight == int(weight) else weight


def _evidence(draft: EvidenceDraft) -> dict[str, Any]:
    return {
        "when": {check: condition_entry(draft.when[check]) for check in sorted(draft.when)},
        "says": draft.says,
        **unless("document", provenance=draft.provenance),
    }


def condition_entry(condition: Mapping[str, Any]) -> Any:
    codes = list(condition.get("reason", ()))
    if list(condition) == ["reason"]:
        return codes[0] if len(codes) == 1 else codes
    return given(
        reason=codes,
        status=list(condition.get("status", ())),
        facts=in_order(condition.get("facts", {})),
    )


def _resolution(draft: ResolutionDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        **unless("fix", kind=draft.kind),
        **given(section=draft.section),
        **unless("low", risk=draft.risk),
        **given(caution=draft.caution, rollback=draft.rollback, verify=sorted(draft.verify)),
        **unless("document", provenance=draft.provenance),
    }


def _translation(draft: TranslationDraft) -> dict[str, Any]:
    names = {part: in_order(draft.names[part]) for part in sorted(draft.names)}
    return {
        "translates": draft.translates,
        "language": draft.language,
        "title": draft.title,
        **given(summary=draft.summary, names=names),
    }


def in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [in_order(item) for item in value]
    return value


def given(**entries: Any) -> dict[str, Any]:
    """The entries that say something: a file leaves out what is empty."""
    return {key: value for key, value in entries.items() if value}


def unless(default: object, **entries: Any) -> dict[str, Any]:
    """The entries that differ from what reading puts in their place."""
    return {key: value for key, value in entries.items() if value != default}
