"""Checks that a person answers: a batch of one, done at once."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from probes.engine import registry
from probes.engine.errors import InvalidParams
from probes.engine.expect import judge
from probes.models import Batch, BatchItem, Probe, Run
from probes.services.errors import Problem, RequestRefused
from probes.services.locations import server_location
from probes.services.masking import masked
from probes.services.recording import MAX_OUTPUT_CHARS, MAX_SUMMARY_CHARS


@transaction.atomic
def answer_manual(
    probe: Probe,
    *,
    ref: str,
    answer: str,
    note: str,
    by: AbstractBaseUser,
    purpose: str = Batch.Purpose.DIAGNOSE,
) -> Run:
    """Record what a person saw. `answer` is one of the manual kind's reason codes a person gives.

    Raises RequestRefused for another answer, a probe of another kind, or one not approved.
    """
    if probe.kind != "manual":
        _refuse(ref, "not_manual", _("This check is run, not answered."))
    return answer_probe(probe, values={}, ref=ref, answer=answer, note=note, by=by, purpose=purpose)


@transaction.atomic
def answer_probe(
    probe: Probe,
    *,
    values: Mapping[str, Any],
    ref: str,
    answer: str,
    note: str,
    by: AbstractBaseUser,
    purpose: str = Batch.Purpose.DIAGNOSE,
) -> Run:
    """Record what a person saw where no runner looked: one of the kind's own reason codes.

    `values` fill the probe's placeholders; where one is missing, the answer is kept without
    parameters. Raises RequestRefused for a code that no person can give, or an unapproved probe.
    """
    stored = Probe.objects.get(pk=probe.pk)
    _refuse_unless_answerable(stored, ref=ref, answer=answer, note=note)
    batch = Batch.objects.create(
        purpose=purpose,
        location=server_location(),
        requested_by_id=by.pk,
        state=Batch.State.DONE,
        created_at=Now(),
        finished_at=Now(),
    )
    item = _item(stored, batch=batch, ref=ref, values=values)
    written = masked(note)
    run = Run.objects.create(
        item=item,
        status=_status(item, answer),
        reason_code=answer,
        facts={
            "answer": answer,
            "note": written[:MAX_OUTPUT_CHARS],
            "answered_by": by.get_username(),
        },
        summary=written[:MAX_SUMMARY_CHARS] or question_of(stored),
        started_at=Now(),
        elapsed_s=0.0,
        recorded_at=Now(),
    )
    run.refresh_from_db()
    return run


def answers_of(probe: Probe) -> list[str]:
    """The reason codes a person can give: what can be seen, and that they cannot tell."""
    reasons = registry.KINDS[probe.kind].reasons
    return [code for code, status in reasons.items() if status != "UNKNOWN" or code == "skipped"]


def question_of(probe: Probe) -> str:
    """What a person is asked, in the reader's language where the probe has it."""
    translations = probe.params.get("translations") or {}
    language = (get_language() or "").split("-")[0]
    return str(translations.get(language) or probe.params.get("question", ""))


def _status(item: BatchItem, answer: str) -> str:
    """As the runner would judge it; what no parameter changes where they are not all known."""
    kind = registry.KINDS[item.kind]
    return judge(
        answer,
        reasons=kind.reasons,
        judging=kind.judging(item.params) if item.params else {},
        expectation=item.expectation,
    ).value


def _item(probe: Probe, *, batch: Batch, ref: str, values: Mapping[str, Any]) -> BatchItem:
    return BatchItem.objects.create(
        batch=batch,
        position=0,
        ref=ref or probe.slug,
        probe=probe,
        probe_slug=probe.slug,
        definition_hash=probe.definition_hash,
        kind=probe.kind,
        params=_params(probe, values),
        values=dict(values),
        expectation=probe.expectation,
        timeout_s=probe.timeout_s,
        retries=probe.retries,
    )


def _params(probe: Probe, values: Mapping[str, Any]) -> dict[str, Any]:
    """As a batch would freeze them; none where a value is missing."""
    if probe.kind == "manual":
        return dict(probe.params)
    try:
        filled = registry.fill_in(probe.kind, probe.params, values)
        return registry.validate(probe.kind, filled)
    except InvalidParams:
        return {}


def _refuse_unless_answerable(probe: Probe, *, ref: str, answer: str, note: str) -> None:
    if not probe.is_approved:
        _refuse(ref, "not_approved", _("The definition of this probe is not approved."))
    if answer not in answers_of(probe):
        allowed = ", ".join(answers_of(probe))
        message = _("Choose one of these answers: %(answers)s.") % {"answers": allowed}
        _refuse(ref, "unknown_answer", message)
    if probe.params.get("evidence_required") and not note.strip():
        _refuse(ref, "note_required", _("Write down what you saw."), field="note")


def _refuse(ref: str, code: str, message: str, *, field: str = "answer") -> None:
    raise RequestRefused([Problem(index=0, ref=ref, code=code, field=field, message=message)])
