"""What people do inside an investigation: give values, run checks, answer them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from kb.models import Check, Investigation
from kb.services.cases.reading import Case, guides_for, read_case
from kb.services.diagnosing.answers import CheckState
from kb.services.diagnosing.errors import MissingParameters, NeedsConfirmation
from kb.services.diagnosing.looks import fillings, read_looks, state_of
from kb.services.diagnosing.parameters import (
    Values,
    merged,
    names_used,
    parameters_by_guide,
    read_typed,
    scoped,
)
from kb.services.guides.people import Person, person
from probes.engine.errors import InvalidParams
from probes.models import Batch, Location, Run
from probes.services import (
    Problem,
    RequestRefused,
    Wanted,
    answer_probe,
    request_batch,
    server_location,
)


@transaction.atomic
def set_parameters(
    investigation: Investigation, values: Mapping[str, Any], *, by: Person
) -> Investigation:
    """Store typed or confirmed values; an empty one is taken back.

    Raises BadParameters naming every value that cannot be used; then nothing was stored.
    """
    stored = _locked(investigation)
    _analysis, guides = guides_for(stored)
    return _store_typed(stored, investigation, read_typed(guides, values))


def run_checks(
    investigation: Investigation,
    checks: Sequence[Check],
    *,
    by: Person,
    purpose: str = Batch.Purpose.DIAGNOSE,
    idempotency_key: str | None = None,
    confirm: bool = False,
    location: Location | None = None,
) -> Batch:
    """As `request_runs`, for checks of one place; of several, the first batch."""
    batches = request_runs(
        investigation,
        checks,
        by=by,
        purpose=purpose,
        idempotency_key=idempotency_key,
        confirm=confirm,
        location=location,
    )
    return batches[0]


@transaction.atomic
def request_runs(
    investigation: Investigation,
    checks: Sequence[Check],
    *,
    by: Person,
    purpose: str = Batch.Purpose.DIAGNOSE,
    idempotency_key: str | None = None,
    confirm: bool = False,
    location: Location | None = None,
) -> list[Batch]:
    """Ask for runs of these checks with the investigation's values.

    They are looked at from `location`, or each from its role's own place: a batch per place.

    `confirm` says that the person has seen the values from the paste: they are kept as typed.
    Raises NeedsConfirmation or MissingParameters naming values, and RequestRefused.
    """
    stored = _locked(investigation)
    case = read_case(stored)
    values = parameters_by_guide(case, {check.guide for check in checks})
    used = _used(checks, values)
    if missing := [one for one in used if one.value is None]:
        raise MissingParameters(missing)
    pasted = [one for one in used if one.source == "paste"]
    if pasted and not confirm:
        raise NeedsConfirmation(pasted)
    batches = [
        request_batch(
            [_wanted(check, values[check.guide.slug]) for check in these],
            purpose=purpose,
            by=person(by),
            location=place,
            idempotency_key=_key_at(place, idempotency_key),
        )
        for place, these in _by_place(case, checks, location, purpose).items()
    ]
    if pasted:
        _store_typed(stored, investigation, {scoped(one): one.value for one in pasted})
    stored.batches.add(*batches)
    return batches


def _by_place(
    case: Case, checks: Sequence[Check], chosen: Location | None, purpose: str
) -> dict[Location, list[Check]]:
    """The checks by where they are looked at from; without any, still one place to refuse them."""
    if chosen is not None or not checks:
        return {chosen or server_location(): list(checks)}
    places = read_looks(case).places
    grouped: dict[Location, list[Check]] = {}
    for check in checks:
        grouped.setdefault(places.place_of(check, purpose=purpose), []).append(check)
    return grouped


def _key_at(place: Location, key: str | None) -> str | None:
    """One request may become a batch per place, each with a key of its own."""
    return key if key is None or place == server_location() else f"{key}@{place.slug}"


@transaction.atomic
def answer_check(
    investigation: Investigation,
    check: Check,
    *,
    answer: str,
    note: str = "",
    by: Person,
    purpose: str = Batch.Purpose.DIAGNOSE,
) -> Run:
    """Record what a person saw, as one of the reason codes of the check's own kind.

    Raises RequestRefused for another answer, and where a runner saw it: that can look again.
    """
    someone = person(by)
    if someone is None:
        raise PermissionDenied(_("Only a person who is logged in can answer this check."))
    stored = _locked(investigation)
    case = read_case(stored)
    values = parameters_by_guide(case, {check.guide})[check.guide.slug]
    state = state_of(check, values=values, looks=read_looks(case), purpose=purpose)
    _refuse_what_was_seen(state)
    run = answer_probe(
        check.probe,
        values=_wanted(check, values).values,
        ref=check.key,
        answer=answer,
        note=note,
        by=someone,
        purpose=purpose,
    )
    stored.batches.add(run.item.batch)
    return run


def _refuse_what_was_seen(state: CheckState) -> None:
    if not state.can_answer:
        message = _("A runner looked at this; run the check again instead.")
        raise RequestRefused(
            [Problem(index=0, ref=state.key, code="was_seen", field="answer", message=message)]
        )


def _locked(investigation: Investigation) -> Investigation:
    """The stored row, held until the end: two people may confirm at once."""
    return Investigation.objects.select_for_update().get(pk=investigation.pk)


def _store_typed(
    stored: Investigation, shown: Investigation, values: Mapping[str, Any]
) -> Investigation:
    stored.typed = merged(stored.typed, values)
    stored.save(update_fields=["typed"])
    shown.typed = stored.typed
    return stored


def _used(checks: Iterable[Check], values: Mapping[str, Values]) -> list[Any]:
    """The parameter values these checks are filled in with, each once."""
    found = {
        (check.guide.slug, name): values[check.guide.slug][name]
        for check in checks
        for name in sorted(names_used(check, check.guide))
    }
    return list(found.values())


def _wanted(check: Check, values: Values) -> Wanted:
    try:
        filled = fillings(check, values)
    except InvalidParams:
        # A name that no guide parameter has: the request names what stays open.
        filled = {}
    return Wanted(probe=check.probe, values=filled, ref=check.key)
