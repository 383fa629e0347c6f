"""Checks that a person answers: a batch of one, done at once."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from probes.engine import registry
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
    run = Run.objects.create(
        item=_item(stored, batch=batch, ref=ref),
        status=_status(stored, answer),
        reason_code=answer,
        facts={"answer": answer, "note": masked(note)[:MAX_OUTPUT_CHARS]},
        summary=masked(note)[:MAX_SUMMARY_CHARS] or question_of(stored),
        started_at=Now(),
        elapsed_s=0.0,
        recorded_at=Now(),
    )
    run.refresh_from_db()
    return run


def answers_of(probe: Probe) -> list[str]:
    """The reason codes a person can give."""
    reasons = registry.KINDS["manual"].reasons
    return [code for code, status in reasons.items() if status != "UNKNOWN" or code == "skipped"]


def question_of(probe: Probe) -> str:
    """What a person is asked, in the reader's language where the probe has it."""
    translations = probe.params.get("translations") or {}
    language = (get_language() or "").split("-")[0]
    return str(translations.get(language) or probe.params.get("question", ""))


def _status(probe: Probe, answer: str) -> str:
    default = registry.KINDS["manual"].reasons[answer].value
    return str(probe.expectation.get(answer, default))


def _item(probe: Probe, *, batch: Batch, ref: str) -> BatchItem:
    return BatchItem.objects.create(
        batch=batch,
        position=0,
        ref=ref or probe.slug,
        probe=probe,
        probe_slug=probe.slug,
        definition_hash=probe.definition_hash,
        kind=probe.kind,
        params=probe.params,
        expectation=probe.expectation,
        timeout_s=probe.timeout_s,
        retries=probe.retries,
    )


def _refuse_unless_answerable(probe: Probe, *, ref: str, answer: str, note: str) -> None:
    code, message, field = "", "", "answer"
    if probe.kind != "manual":
        code, message = "not_manual", _("This check is run, not answered.")
    elif not probe.is_approved:
        code, message = "not_approved", _("The definition of this probe is not approved.")
    elif answer not in answers_of(probe):
        allowed = ", ".join(answers_of(probe))
        code = "unknown_answer"
        message = _("Choose one of these answers: %(answers)s.") % {"answers": allowed}
    elif probe.params.get("evidence_required") and not note.strip():
        code, message, field = "note_required", _("Write down what you saw."), "note"
    if code:
        raise RequestRefused([Problem(index=0, ref=ref, code=code, field=field, message=message)])
