"""Evidence in words: `“Who listens?”: Nothing listens on the port → speaks strongly for`."""

from collections.abc import Iterator, Mapping
from typing import Any

from kb.ingest import EvidenceDraft
from kb.models import Evidence
from probes.reasons import label
from probes.templatetags.states import LOOKS


def evidence_words(evidence: EvidenceDraft, checks: Mapping[str, str]) -> str:
    """`checks` names the guide's checks by slug. All conditions hold together, in any order."""
    seen = sorted(
        f"“{checks.get(check, check)}”: {_condition(condition)}"
        for check, condition in evidence.when.items()
    )
    says = dict(Evidence.Says.choices).get(evidence.says, evidence.says)
    return f"{' + '.join(seen)} → {says}"


def _condition(condition: Mapping[str, Any]) -> str:
    return ", ".join(_parts(condition))


def _parts(condition: Mapping[str, Any]) -> Iterator[str]:
    if reasons := condition.get("reason"):
        yield " / ".join(label(code) for code in reasons)
    if states := condition.get("status"):
        yield " / ".join(str(LOOKS[one].word) if one in LOOKS else str(one) for one in states)
    yield from (f"{name} = {value}" for name, value in condition.get("facts", {}).items())
